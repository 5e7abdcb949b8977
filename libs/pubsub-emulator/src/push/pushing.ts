import type { SubscriptionState } from '../core/subscription.ts';
import type { Driver } from '../driver.ts';
import type { PushSigner } from './push-key.ts';
import { PushOutlet } from './push-outlet.ts';

/** Keeps one outlet per subscription with a push endpoint, as configurations come and change. */
export class Pushing {
  readonly #driver: Driver;
  readonly #signer: PushSigner;
  readonly #outlets = new Map<SubscriptionState, PushOutlet>();

  constructor(driver: Driver, signer: PushSigner) {
    this.#driver = driver;
    this.#signer = signer;
    driver.core.onConfigured = (subscription) => this.configure(subscription);
    for (const subscription of driver.core.subscriptions.values()) this.configure(subscription);
  }

  configure(subscription: SubscriptionState): void {
    this.#outlets.get(subscription)?.end();
    if (subscription.config.detached || !subscription.config.pushConfig?.pushEndpoint) return;
    const forget = (): void => {
      this.#outlets.delete(subscription);
    };
    this.#outlets.set(subscription, new PushOutlet(this.#driver, subscription, this.#signer, forget));
  }

  close(): void {
    for (const outlet of this.#outlets.values()) outlet.end();
  }
}
