import type { Core } from './core/core.ts';
import type { Visibility } from './core/entry.ts';
import type { SubscriptionState } from './core/subscription.ts';
import type { TopicState } from './core/topic.ts';

/** Something that takes messages of a subscription when there are some: a stream, a waiting pull, a push endpoint. */
export interface Outlet {
  /** Takes and sends what it can now. True when it could take more. */
  pump(now: number): boolean;
  /** The subscription is gone. */
  end(why: 'deleted' | 'detached'): void;
}

/**
 * Gives the core its time: one timer for its next deadline, and a turn of the event loop in which subscriptions with
 * news serve their outlets in rotation.
 */
export class Driver {
  readonly core: Core;
  /** Added to the wall clock (ms); the admin door moves it. */
  offset = 0;
  readonly #outlets = new Map<SubscriptionState, Outlet[]>();
  #releases: { topic: TopicState; visibility: Visibility; read: (() => Promise<void>) | undefined }[] = [];
  readonly #awake = new Set<SubscriptionState>();
  #latest = 0;
  #scheduled = false;
  #timer: NodeJS.Timeout | undefined = undefined;
  #timerAt = Infinity;
  #closed = false;

  constructor(core: Core) {
    this.core = core;
    core.onWake = (subscription) => this.wake(subscription);
    core.onGone = (subscription, why) => {
      for (const outlet of Array.from(this.#outlets.get(subscription) ?? [])) outlet.end(why);
      this.#outlets.delete(subscription);
    };
  }

  /** ms since the epoch, as the core sees it: it never goes back, whatever the machine's clock does. */
  now(): number {
    this.#latest = Math.max(this.#latest, Date.now() + this.offset);
    return this.#latest;
  }

  outlets(subscription: SubscriptionState): readonly Outlet[] {
    return this.#outlets.get(subscription) ?? [];
  }

  add(subscription: SubscriptionState, outlet: Outlet): void {
    const outlets = this.#outlets.get(subscription);
    if (outlets) outlets.push(outlet);
    else this.#outlets.set(subscription, [outlet]);
    this.wake(subscription);
  }

  remove(subscription: SubscriptionState, outlet: Outlet): void {
    const outlets = this.#outlets.get(subscription);
    const at = outlets?.indexOf(outlet) ?? -1;
    if (outlets && at >= 0) outlets.splice(at, 1);
    if (outlets?.length === 0) this.#outlets.delete(subscription);
  }

  wake(subscription: SubscriptionState): void {
    this.#awake.add(subscription);
    this.schedule();
  }

  /**
   * The reply to a publish is on its way: its messages become visible after the delivery delay. The delay starts two
   * turns later, so that the reply is out even when this process was too busy to send it for longer than the delay; and
   * it ends 1 ms after the publisher has `read` the reply at the earliest, so that its messages come in a later turn.
   */
  release(topic: TopicState, visibility: Visibility, read?: () => Promise<void>): void {
    this.#releases.push({ topic, visibility, read });
    if (this.#releases.length > 1) return;
    setImmediate(() =>
      setImmediate(() => {
        const releases = this.#releases;
        this.#releases = [];
        const now = this.now();
        for (const { topic, visibility, read } of releases) {
          if (!read || this.core.deliveryDelayMs === 0) this.core.release(topic, visibility, now);
          else void read().then(() => this.#read(topic, visibility, now));
        }
        this.schedule();
      }),
    );
  }

  #read(topic: TopicState, visibility: Visibility, replied: number): void {
    this.core.release(topic, visibility, Math.max(replied, this.now() - this.core.deliveryDelayMs + 1));
    this.schedule();
  }

  /** Something changed: serve outlets and look at the next deadline at the end of this turn. */
  schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #turn(): void {
    this.#scheduled = false;
    if (this.#closed) return;
    const now = this.now();
    this.core.advance(now);
    for (const subscription of Array.from(this.#awake)) {
      this.#awake.delete(subscription);
      if (this.#pump(subscription, now)) this.wake(subscription);
    }
    this.#setTimer(now);
  }

  /** One round over the outlets, starting with another one each time. True when some could take more. */
  #pump(subscription: SubscriptionState, now: number): boolean {
    const outlets = this.#outlets.get(subscription);
    if (!outlets) return false;
    const first = outlets.shift();
    if (first) outlets.push(first);
    let more = false;
    for (const outlet of Array.from(outlets)) more = outlet.pump(now) || more;
    return more;
  }

  #setTimer(now: number): void {
    const next = this.core.nextDeadline();
    if (next === this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = next;
    if (next === Infinity) return;
    this.#timer = setTimeout(
      () => {
        this.#timerAt = Infinity;
        this.schedule();
      },
      Math.min(2 ** 31 - 1, Math.max(1, next - now)),
    );
    this.#timer.unref();
  }
}
