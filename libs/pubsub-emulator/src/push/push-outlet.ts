import { acknowledge, type Delivery, modifyDeadline, take } from '../core/acknowledging.ts';
import { Consumer } from '../core/consumer.ts';
import type { SubscriptionState } from '../core/subscription.ts';
import type { Driver, Outlet } from '../driver.ts';
import type { PushSigner } from './push-key.ts';
import { pushBody } from './push-request.ts';

/** What an endpoint answers to acknowledge: https://cloud.google.com/pubsub/docs/push#receive_push */
const ACKNOWLEDGING = new Set([102, 200, 201, 202, 204]);

/** Messages on their way: one at first, doubled by each round of successes, halved by a failure. */
const MAX_WINDOW = 1000;

/** Pause after failures in a row (ms): 100, doubled up to a minute. */
const BACKOFF = { first: 100, max: 60_000 };

/** Delivers a subscription to its endpoint. */
export class PushOutlet implements Outlet {
  readonly #driver: Driver;
  readonly #subscription: SubscriptionState;
  readonly #signer: PushSigner;
  readonly #consumer: Consumer;
  readonly #abort = new AbortController();
  readonly #onEnd: () => void;
  #failures = 0;
  #pausedUntil = 0;

  /** `onEnd` is called once, when it takes no more: replaced, deleted or detached. */
  constructor(driver: Driver, subscription: SubscriptionState, signer: PushSigner, onEnd: () => void) {
    this.#onEnd = onEnd;
    this.#driver = driver;
    this.#subscription = subscription;
    this.#signer = signer;
    this.#consumer = new Consumer({ ackDeadlineMs: subscription.ackDeadlineMs, maxMessages: 1, sticky: false });
    driver.add(subscription, this);
  }

  pump(now: number): boolean {
    if (this.#consumer.closed || now < this.#pausedUntil) return false;
    this.#subscription.activeMs = now;
    for (const delivery of take(this.#subscription, this.#consumer, now, MAX_WINDOW)) void this.#deliver(delivery);
    return false;
  }

  end(): void {
    if (this.#consumer.closed) return;
    this.#abort.abort();
    this.#subscription.backlog.release(this.#consumer);
    this.#driver.remove(this.#subscription, this);
    this.#onEnd();
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const delivered = await this.#post(delivery);
    if (this.#consumer.closed && !delivered) return;
    if (delivered) {
      acknowledge(this.#subscription, [delivery.ackId]);
      this.#failures = 0;
      this.#consumer.maxMessages = Math.min(MAX_WINDOW, this.#consumer.maxMessages + 1);
    } else {
      this.#pause();
      modifyDeadline(this.#subscription, [delivery.ackId], 0, this.#driver.now());
    }
    this.#driver.wake(this.#subscription);
  }

  #pause(): void {
    const wait = Math.min(BACKOFF.max, BACKOFF.first * 2 ** Math.min(this.#failures++, 20));
    this.#consumer.maxMessages = Math.max(1, Math.floor(this.#consumer.maxMessages / 2));
    this.#pausedUntil = this.#driver.now() + wait;
    setTimeout(() => this.#driver.wake(this.#subscription), wait + 1).unref();
  }

  async #post(delivery: Delivery): Promise<boolean> {
    const config = this.#subscription.config.pushConfig;
    if (!config) return false;
    const { headers, body } = pushBody(config, this.#subscription.name, delivery);
    const auth = config.authenticationMethod;
    try {
      if (auth.case === 'oidcToken') {
        const audience = auth.value.audience || config.pushEndpoint;
        headers['authorization'] = `Bearer ${await this.#signer.token(auth.value.serviceAccountEmail, audience)}`;
      }
      const response = await fetch(config.pushEndpoint, {
        method: 'POST',
        headers: { 'user-agent': 'CloudPubSub-Google', ...headers },
        body: body as string | Uint8Array<ArrayBuffer>,
        redirect: 'manual',
        signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(this.#consumer.ackDeadlineMs)]),
      });
      await response.body?.cancel();
      return ACKNOWLEDGING.has(response.status);
    } catch {
      return false;
    }
  }
}
