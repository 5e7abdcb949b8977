import type { Core } from './core.ts';
import type { Timed } from './deadlines.ts';
import { deleteSnapshot } from './snapshots.ts';
import type { SubscriptionState } from './subscription.ts';
import { deleteSubscription } from './subscriptions.ts';
import { durationMs, timestampMs } from './time.ts';

/** How often (ms) retention, snapshots and unused subscriptions are looked at. Expiry may be late by this much. */
const INTERVAL = 10_000;

/** Forgets what has outlived its retention, at intervals of the core's time. */
export class Housekeeping implements Timed {
  bucket = 0;
  readonly #core: Core;

  constructor(core: Core, now: number) {
    this.#core = core;
    core.deadlines.set(this, now + INTERVAL);
  }

  due(now: number): void {
    this.#core.deadlines.set(this, now + INTERVAL);
    for (const [name, snapshot] of this.#core.snapshots) {
      if (snapshot.config.expireTime && timestampMs(snapshot.config.expireTime) <= now)
        deleteSnapshot(this.#core, name);
    }
    for (const topic of this.#core.topics.values()) topic.prune(now);
    for (const subscription of this.#core.subscriptions.values()) this.#tidy(subscription, now);
  }

  #tidy(subscription: SubscriptionState, now: number): void {
    const ttl = subscription.config.expirationPolicy?.ttl;
    if (ttl && subscription.activeMs + durationMs(ttl) <= now) {
      deleteSubscription(this.#core, subscription.name);
      return;
    }
    // A topic's own retention may be longer; a subscription keeps its unacknowledged messages for its own.
    const oldest = now - subscription.retentionMs;
    for (const entry of subscription.backlog.entries.values()) {
      if (entry.message.publishMs > oldest) break;
      subscription.backlog.remove(entry);
      this.#core.journal?.acked(subscription.name, entry.message.seq);
    }
    for (const message of subscription.retainedAcked.values()) {
      if (message.publishMs > oldest) break;
      subscription.retainedAcked.delete(message.seq);
    }
  }
}
