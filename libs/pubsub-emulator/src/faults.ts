import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery } from './core/acknowledging.ts';
import { Code, PubSubError } from './core/errors.ts';

/** One fault to inject, as the admin door takes it. */
export interface Fault {
  /** delay: calls; error: of calls; duplicate: deliveries; drop-ack: acknowledgements are answered and forgotten. */
  readonly kind: 'delay' | 'error' | 'duplicate' | 'drop-ack';
  /** RPC name, such as Publish; absent: every one. */
  readonly method?: string;
  /** Full name; absent: every one. */
  readonly subscription?: string;
  /** ms of a delay. */
  readonly ms?: number;
  /** gRPC code of an error; default 14, UNAVAILABLE. */
  readonly code?: number;
  /** How often it happens before it is gone; absent: until removed. */
  readonly times?: number;
  /** 0 to 1; default 1. */
  readonly probability?: number;
}

/** The faults at work, and where they get in. */
export class Faults {
  #faults: { fault: Fault; left: number }[] = [];

  list(): Fault[] {
    return this.#faults.map(({ fault, left }) => (left === Infinity ? fault : { ...fault, times: left }));
  }

  add(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? Infinity });
  }

  clear(): void {
    this.#faults = [];
  }

  /** Called before a call is served: throws to refuse it, gives a promise to delay it. */
  calling(method: string): Promise<void> | undefined {
    if (this.#faults.length === 0) return undefined;
    const error = this.#use('error', (fault) => !fault.method || fault.method === method);
    if (error) {
      const code = error.code ?? Code.UNAVAILABLE;
      throw new PubSubError(code, `Injected fault: ${method} fails with code ${code}.`);
    }
    const delay = this.#use('delay', (fault) => !fault.method || fault.method === method);
    return delay ? sleep(delay.ms ?? 100) : undefined;
  }

  delivering(subscription: string, deliveries: Delivery[]): Delivery[] {
    const fault = this.#use('duplicate', (item) => !item.subscription || item.subscription === subscription);
    return fault ? deliveries.flatMap((delivery) => [delivery, delivery]) : deliveries;
  }

  acking(subscription: string, ackIds: readonly string[]): readonly string[] {
    const fault = this.#use('drop-ack', (item) => !item.subscription || item.subscription === subscription);
    return fault ? [] : ackIds;
  }

  #use(kind: Fault['kind'], matches: (fault: Fault) => boolean): Fault | undefined {
    if (this.#faults.length === 0) return undefined;
    const found = this.#faults.find(({ fault }) => fault.kind === kind && matches(fault));
    if (!found || Math.random() >= (found.fault.probability ?? 1)) return undefined;
    if (--found.left <= 0) this.#faults.splice(this.#faults.indexOf(found), 1);
    return found.fault;
  }
}
