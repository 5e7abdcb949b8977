import { create, toBinary } from '@bufbuild/protobuf';
import {
  PubsubMessageSchema,
  SeekRequestSchema,
  SubscriptionSchema,
  TopicSchema,
  CreateSnapshotRequestSchema,
} from '@kiban/contracts/google/pubsub/v1';
import { acknowledge, type Delivery, modifyDeadline, take } from '../src/core/acknowledging.ts';
import { Consumer } from '../src/core/consumer.ts';
import { Core } from '../src/core/core.ts';
import { forwardDeadLetter } from '../src/core/dead-letter.ts';
import { scanMessage } from '../src/core/message-codec.ts';
import { decodeMessage } from '../src/core/message-view.ts';
import { publish } from '../src/core/publishing.ts';
import { createSnapshot, seek } from '../src/core/snapshots.ts';
import { createSubscription, getSubscription } from '../src/core/subscriptions.ts';
import { duration, timestamp } from '../src/core/time.ts';
import { createTopic, getTopic } from '../src/core/topics.ts';
import { checkpoint } from '../src/store/checkpoint.ts';
import { readRecord } from '../src/store/record.ts';
import { replay } from '../src/store/replay.ts';

export const TOPIC = 'projects/test/topics/topic';
const DEAD = 'projects/test/topics/dead';
const SUBSCRIPTION = 'projects/test/subscriptions/subscription';
const MORGUE = 'projects/test/subscriptions/morgue';
const START = 1_000_000_000;
const LEASE = 10_000;
const MAX_ATTEMPTS = 5;
/** As expect(), which is too slow for millions of checks. */
function same(found: unknown, wanted: unknown, what: string): void {
  if (found !== wanted) throw new Error(`${what}: ${String(found)}, not ${String(wanted)}`);
}

function holds(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

const BACKOFF = { first: 2000, most: 6000 };

export interface Promises {
  readonly ordered?: boolean;
  readonly exactlyOnce?: boolean;
  /** Failed messages wait 2 s, 4 s, then 6 s. */
  readonly retry?: boolean;
  /** Messages that failed five times go to another topic. */
  readonly deadLetter?: boolean;
}

/** A core under a virtual clock, and what a watcher may conclude of it. */
export class World {
  core: Core;
  now = START;
  held: Delivery[] = [];
  readonly published = new Map<number, { key: string; at: number }>();
  /** Done with: acknowledged, or forwarded as dead. */
  readonly acked = new Set<number>();
  readonly deliveries = new Map<number, number>();
  /** Until when each message is leased. */
  readonly leasedUntil = new Map<number, number>();
  /** When a failed message may come again at the earliest. */
  readonly notBefore = new Map<number, number>();
  /** How often each message was forwarded as dead. */
  readonly dead = new Map<number, number>();
  readonly snapshots: { name: string; unacked: Set<number>; lastSeq: number }[] = [];
  consumer = new Consumer({ ackDeadlineMs: LEASE });
  readonly #promises: Promises;
  #epoch = 0;

  constructor(promises: Promises = {}) {
    this.#promises = promises;
    this.core = this.#newCore('a');
    for (const name of [TOPIC, DEAD]) createTopic(this.core, create(TopicSchema, { name }));
    const { ordered = false, exactlyOnce = false, retry, deadLetter } = promises;
    const config = create(SubscriptionSchema, {
      name: SUBSCRIPTION,
      topic: TOPIC,
      enableMessageOrdering: ordered,
      enableExactlyOnceDelivery: exactlyOnce,
      retainAckedMessages: true,
      ...(retry && {
        retryPolicy: { minimumBackoff: duration(BACKOFF.first), maximumBackoff: duration(BACKOFF.most) },
      }),
      ...(deadLetter && { deadLetterPolicy: { deadLetterTopic: DEAD, maxDeliveryAttempts: MAX_ATTEMPTS } }),
    });
    createSubscription(this.core, config, this.now);
    createSubscription(this.core, create(SubscriptionSchema, { name: MORGUE, topic: DEAD }), this.now);
  }

  #newCore(epoch: string): Core {
    const core = new Core({ epoch });
    core.onGiveUp = (subscription, entry, now) => forwardDeadLetter(core, subscription, entry, now);
    return core;
  }

  get subscription() {
    return getSubscription(this.core, SUBSCRIPTION);
  }

  publish(key: string, count: number): void {
    const bytes = toBinary(
      PubsubMessageSchema,
      create(PubsubMessageSchema, { data: Buffer.from('x'), orderingKey: key }),
    );
    const raws = Array.from({ length: count }, (_, i) => scanMessage(bytes, 0, bytes.length, i));
    const topic = getTopic(this.core, TOPIC);
    const { messages, visibility } = publish(this.core, topic, raws, this.now);
    this.core.release(topic, visibility, this.now);
    for (const { seq } of messages) this.published.set(seq, { key, at: this.now });
  }

  pull(limit: number): void {
    this.core.advance(this.now);
    const lastOfKey = new Map<string, number>();
    for (const delivery of take(this.subscription, this.consumer, this.now, limit)) {
      const { seq, orderingKey } = delivery.entry.message;
      holds(this.published.has(seq), `${seq} was never published`);
      holds(!this.acked.has(seq), `${seq} was done with and comes again`);
      holds((this.leasedUntil.get(seq) ?? 0) <= this.now, `${seq} comes again while it is leased`);
      holds((this.notBefore.get(seq) ?? 0) <= this.now, `${seq} comes again before its wait is over`);
      this.deliveries.set(seq, (this.deliveries.get(seq) ?? 0) + 1);
      same(delivery.entry.attempt, this.deliveries.get(seq), `attempts of ${seq}`);
      same(delivery.attempt, this.#promises.deadLetter ? delivery.entry.attempt : 0, `delivery_attempt of ${seq}`);
      if (this.#promises.ordered && orderingKey !== '') {
        holds(seq > (lastOfKey.get(orderingKey) ?? 0), `${seq} comes after ${lastOfKey.get(orderingKey)}`);
        lastOfKey.set(orderingKey, seq);
        this.#checkOrder(seq, orderingKey);
      }
      this.leasedUntil.set(seq, this.now + LEASE);
      this.held.push(delivery);
    }
  }

  /** All earlier messages of the key are delivered and outstanding, or done with. */
  #checkOrder(seq: number, key: string): void {
    for (const other of this.#before(seq, key)) {
      same(this.subscription.backlog.entries.get(other)?.state, 'leased', `${other}, which is before ${seq}`);
    }
  }

  /** Earlier messages of a key that are not done with. */
  #before(seq: number, key: string): number[] {
    const { entries } = this.subscription.backlog;
    return [...this.published]
      .filter(([other, is]) => is.key === key && other < seq && entries.has(other))
      .map(([i]) => i);
  }

  #letGo(which: number): { delivery: Delivery; seq: number; current: boolean } | undefined {
    const delivery = this.held.splice(which % Math.max(1, this.held.length), 1)[0];
    if (!delivery) return undefined;
    const { entry, ackId } = delivery;
    const current = entry.state === 'leased' && ackId.endsWith(`-${entry.lease.toString(36)}`);
    return { delivery, seq: entry.message.seq, current };
  }

  ack(which: number): void {
    const { ordered, exactlyOnce } = this.#promises;
    const found = this.#letGo(which);
    if (!found) return;
    const { delivery, seq, current } = found;
    const key = this.published.get(seq)?.key ?? '';
    const early = ordered === true && key !== '' && this.#before(seq, key).length > 0;
    const outcome = acknowledge(this.subscription, [delivery.ackId]);
    const { ackId } = delivery;
    const became = Object.entries(outcome).find(([, ids]) => (ids as string[]).includes(ackId))?.[0];
    if (!current) same(became, 'unknown', `a late acknowledgement of ${seq}`);
    else if (early && exactlyOnce) {
      same(became, 'unordered', `an early acknowledgement of ${seq}`);
      this.held.push(delivery);
    } else same(became, 'done', `the acknowledgement of ${seq}`);
    if (!this.subscription.backlog.entries.has(seq)) this.#settled();
  }

  /** With ordering, an acknowledgement may settle later ones that were acknowledged early. */
  #settled(): void {
    for (const seq of this.published.keys()) {
      if (!this.subscription.backlog.entries.has(seq)) this.acked.add(seq);
    }
  }

  nack(which: number): void {
    const found = this.#letGo(which);
    if (!found) return;
    this.#failing(() => modifyDeadline(this.subscription, [found.delivery.ackId], 0, this.now));
  }

  wait(ms: number): void {
    this.now += ms;
    this.#failing(() => this.core.advance(this.now));
  }

  /** Runs what ends leases, and notes who failed: each message for itself, and of a key the first for all behind it. */
  #failing(run: () => void): void {
    const { entries } = this.subscription.backlog;
    const before = [...entries.values()].filter(({ state }) => state === 'leased');
    run();
    const failed = new Set<string>();
    for (const entry of before) {
      if (entry.state === 'leased') continue;
      const { message } = entry;
      const { seq } = message;
      const key = (this.#promises.ordered && message.orderingKey) || String(seq);
      const deliveries = this.deliveries.get(seq) ?? 0;
      // Those behind come again without having failed themselves.
      if (failed.has(key)) this.deliveries.set(seq, deliveries - 1);
      else if (this.#promises.retry) {
        const ended = Math.min(this.now, this.leasedUntil.get(seq) ?? this.now);
        this.notBefore.set(seq, ended + Math.min(BACKOFF.most, BACKOFF.first * 2 ** (deliveries - 1)));
      }
      failed.add(key);
    }
    this.#released();
  }

  /** What is not leased any more may be delivered again, or is dead. */
  #released(): void {
    const { entries } = this.subscription.backlog;
    for (const seq of this.leasedUntil.keys()) {
      if (entries.get(seq)?.state !== 'leased') this.leasedUntil.delete(seq);
    }
    this.#bury();
  }

  /** Who failed for the last time lies in the other topic, once for each life. */
  #bury(): void {
    const { entries } = this.subscription.backlog;
    const gone = [...this.published.keys()].filter((seq) => !this.acked.has(seq) && !entries.has(seq));
    const lying = [...getSubscription(this.core, MORGUE).backlog.entries.values()];
    let sum = gone.length;
    for (const count of this.dead.values()) sum += count;
    same(lying.length, sum, 'messages forwarded as dead');
    for (const [i, seq] of gone.toSorted((a, b) => a - b).entries()) {
      holds((this.deliveries.get(seq) ?? 0) >= MAX_ATTEMPTS, `${seq} was given up too early`);
      const entry = lying.at(i - gone.length);
      if (!entry) throw new Error(`${seq} is not among the dead`);
      const { attributes, orderingKey } = decodeMessage(entry.message);
      same(attributes['CloudPubSubDeadLetterSourceSubscription'], 'subscription', 'where a dead one is from');
      holds(Number(attributes['CloudPubSubDeadLetterSourceDeliveryCount']) >= MAX_ATTEMPTS, 'deliveries of a dead one');
      holds(['', 'k1', 'k2'].includes(orderingKey), `the key of a dead one: ${orderingKey}`);
      this.dead.set(seq, (this.dead.get(seq) ?? 0) + 1);
      this.acked.add(seq);
    }
    if (!this.#promises.deadLetter) return;
    for (const entry of entries.values()) {
      holds(entry.state === 'leased' || entry.attempt < MAX_ATTEMPTS, `${entry.message.seq} is used up and stays`);
    }
  }

  seek(back: number): void {
    const time = this.now - back;
    this.#seekTo({ case: 'time', value: timestamp(time) });
    this.#setDone((seq) => (this.published.get(seq)?.at ?? 0) < time);
  }

  snapshot(): void {
    const name = `projects/test/snapshots/snapshot-${this.snapshots.length}`;
    createSnapshot(this.core, create(CreateSnapshotRequestSchema, { name, subscription: SUBSCRIPTION }), this.now);
    const unacked = new Set([...this.published.keys()].filter((seq) => !this.acked.has(seq)));
    this.snapshots.push({ name, unacked, lastSeq: this.core.lastSeq });
  }

  seekSnapshot(which: number): void {
    const snapshot = this.snapshots[which % Math.max(1, this.snapshots.length)];
    if (!snapshot) return;
    this.#seekTo({ case: 'snapshot', value: snapshot.name });
    this.#setDone((seq) => seq <= snapshot.lastSeq && !snapshot.unacked.has(seq));
  }

  #seekTo(target: { case: 'time'; value: ReturnType<typeof timestamp> } | { case: 'snapshot'; value: string }): void {
    seek(this.core, create(SeekRequestSchema, { subscription: SUBSCRIPTION, target }), this.now);
  }

  /** A seek forgets leases, waits and counts, and says of each message whether it is done with. */
  #setDone(done: (seq: number) => boolean): void {
    for (const seq of this.published.keys()) {
      if (done(seq)) this.acked.add(seq);
      else this.acked.delete(seq);
      same(this.subscription.backlog.entries.has(seq), !this.acked.has(seq), `${seq} is there after the seek`);
    }
    this.deliveries.clear();
    this.leasedUntil.clear();
    this.notBefore.clear();
  }

  /** Kill and recover: leases and waits are lost, nothing else is. */
  crash(): void {
    const leased = [...this.subscription.backlog.entries].filter(([, { state }]) => state === 'leased').map(([i]) => i);
    const log = [...checkpoint(this.core)].map((bytes) => readRecord(bytes, 0) as { kind: number; payload: Buffer });
    this.core = this.#newCore(`b${++this.#epoch}`);
    replay(this.core, log, this.now);
    this.consumer = new Consumer({ ackDeadlineMs: LEASE });
    this.leasedUntil.clear();
    this.notBefore.clear();
    // Failures are counted for dead letters only; the deliveries that were under way did not fail.
    if (!this.#promises.deadLetter) this.deliveries.clear();
    else for (const seq of leased) this.deliveries.set(seq, (this.deliveries.get(seq) ?? 1) - 1);
    for (const { ackId } of this.held) {
      same(acknowledge(this.subscription, [ackId]).done.length, 0, 'acknowledgements of an earlier life');
    }
    this.held = [];
  }

  /** In the end everything published and not done with is delivered and can be acknowledged. */
  drain(): void {
    for (let round = 0; this.acked.size < this.published.size && round < 100; round++) {
      this.wait(LEASE + BACKOFF.most + 10);
      this.held = [];
      this.pull(10_000);
      for (let tries = 0; this.held.length > 0 && tries < 100_000; tries++) this.ack(0);
    }
    const { backlog } = this.subscription;
    same(this.acked.size, this.published.size, 'messages done with');
    same(backlog.entries.size + backlog.bytes + backlog.leases.size, 0, 'what is left');
    same(this.consumer.messages, 0, 'what the consumer still holds');
  }
}
