import { create } from '@bufbuild/protobuf';
import {
  PubsubMessageSchema,
  SeekRequestSchema,
  SubscriptionSchema,
  TopicSchema,
} from '@kiban/contracts/google/pubsub/v1';
import { toBinary } from '@bufbuild/protobuf';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { acknowledge, type Delivery, modifyDeadline, take } from '../src/core/acknowledging.ts';
import { Consumer } from '../src/core/consumer.ts';
import { Core } from '../src/core/core.ts';
import { Housekeeping } from '../src/core/housekeeping.ts';
import { scanMessage } from '../src/core/message-codec.ts';
import { publish } from '../src/core/publishing.ts';
import { seek } from '../src/core/snapshots.ts';
import { createSubscription, getSubscription } from '../src/core/subscriptions.ts';
import { duration, timestamp } from '../src/core/time.ts';
import { createTopic, getTopic } from '../src/core/topics.ts';
import { checkpoint } from '../src/store/checkpoint.ts';
import { readRecords } from '../src/store/record.ts';
import { replay } from '../src/store/replay.ts';

const TOPIC = 'projects/test/topics/topic';
const SUBSCRIPTION = 'projects/test/subscriptions/subscription';
const START = 1_000_000_000;

/** A core under a virtual clock, and what a watcher may conclude of it. */
class World {
  core = new Core({ epoch: 'a' });
  now = START;
  held: Delivery[] = [];
  readonly published = new Map<number, { key: string; at: number }>();
  readonly acked = new Set<number>();
  readonly deliveries = new Map<number, number>();
  /** Until when each message is leased. */
  readonly leasedUntil = new Map<number, number>();
  consumer: Consumer;
  #epoch = 0;

  constructor(
    readonly ordered: boolean,
    readonly exactlyOnce: boolean,
  ) {
    createTopic(this.core, create(TopicSchema, { name: TOPIC }));
    createSubscription(
      this.core,
      create(SubscriptionSchema, {
        name: SUBSCRIPTION,
        topic: TOPIC,
        enableMessageOrdering: ordered,
        enableExactlyOnceDelivery: exactlyOnce,
        retainAckedMessages: true,
      }),
      this.now,
    );
    this.consumer = new Consumer({ ackDeadlineMs: 10_000 });
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
      expect(this.published.has(seq)).toBe(true);
      expect(this.acked.has(seq)).toBe(false);
      expect(this.leasedUntil.get(seq) ?? 0).toBeLessThanOrEqual(this.now);
      this.deliveries.set(seq, (this.deliveries.get(seq) ?? 0) + 1);
      expect(delivery.entry.attempt).toBe(this.deliveries.get(seq));
      if (this.ordered && orderingKey !== '') {
        expect(seq).toBeGreaterThan(lastOfKey.get(orderingKey) ?? 0);
        lastOfKey.set(orderingKey, seq);
        this.checkOrder(seq, orderingKey);
      }
      this.leasedUntil.set(seq, this.now + 10_000);
      this.held.push(delivery);
    }
  }

  /** All earlier messages of the key are delivered and outstanding, or acknowledged. */
  checkOrder(seq: number, key: string): void {
    for (const [other, published] of this.published) {
      if (published.key !== key || other >= seq || this.acked.has(other)) continue;
      const entry = this.subscription.backlog.entries.get(other);
      if (entry) expect([other, entry.state]).toEqual([other, 'leased']);
    }
  }

  ack(which: number): void {
    const delivery = this.held.splice(which % Math.max(1, this.held.length), 1)[0];
    if (!delivery) return;
    const { seq } = delivery.entry.message;
    const current =
      delivery.entry.state === 'leased' && delivery.ackId.endsWith(`-${delivery.entry.lease.toString(36)}`);
    const { done } = acknowledge(this.subscription, [delivery.ackId]);
    if (!current) expect(done).toEqual([]);
    if (!this.subscription.backlog.entries.has(seq)) this.settled();
  }

  /** With ordering, an acknowledgement may settle later ones that were acknowledged early. */
  settled(): void {
    for (const seq of this.published.keys()) {
      if (!this.subscription.backlog.entries.has(seq)) this.acked.add(seq);
    }
  }

  nack(which: number): void {
    const delivery = this.held.splice(which % Math.max(1, this.held.length), 1)[0];
    if (!delivery) return;
    modifyDeadline(this.subscription, [delivery.ackId], 0, this.now);
    this.released();
  }

  wait(ms: number): void {
    this.now += ms;
    this.core.advance(this.now);
    this.released();
  }

  /** What is not leased any more may be delivered again. */
  released(): void {
    for (const seq of this.leasedUntil.keys()) {
      if (this.subscription.backlog.entries.get(seq)?.state !== 'leased') this.leasedUntil.delete(seq);
    }
  }

  seek(back: number): void {
    const time = this.now - back;
    const target = { case: 'time' as const, value: timestamp(time) };
    seek(this.core, create(SeekRequestSchema, { subscription: SUBSCRIPTION, target }), this.now);
    for (const [seq, { at }] of this.published) {
      this.deliveries.delete(seq);
      if (at >= time) this.acked.delete(seq);
      else this.acked.add(seq);
    }
    this.leasedUntil.clear();
  }

  /** Kill and recover: leases are lost, nothing else is. */
  crash(): void {
    const log = Buffer.concat([...checkpoint(this.core)]);
    this.core = new Core({ epoch: `b${++this.#epoch}` });
    replay(this.core, readRecords(log), this.now);
    this.consumer = new Consumer({ ackDeadlineMs: 10_000 });
    this.leasedUntil.clear();
    this.deliveries.clear();
    for (const delivery of this.held) expect(acknowledge(this.subscription, [delivery.ackId]).done).toEqual([]);
    this.held = [];
  }

  /** In the end everything published and not acknowledged is delivered and can be acknowledged. */
  drain(): void {
    for (let round = 0; this.acked.size < this.published.size && round < 100; round++) {
      this.wait(10_010);
      this.held = [];
      this.pull(10_000);
      while (this.held.length > 0) this.ack(0);
    }
    expect(this.acked.size).toBe(this.published.size);
    expect(this.subscription.backlog.entries.size).toBe(0);
    expect(this.subscription.backlog.bytes).toBe(0);
    expect(this.subscription.backlog.leases.size).toBe(0);
    expect(this.consumer.messages).toBe(0);
  }
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(
      fc.constant('publish' as const),
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 1, max: 5 }),
    ),
  },
  { weight: 4, arbitrary: fc.tuple(fc.constant('pull' as const), fc.integer({ min: 1, max: 8 }), fc.constant(0)) },
  { weight: 6, arbitrary: fc.tuple(fc.constant('ack' as const), fc.nat(20), fc.constant(0)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('nack' as const), fc.nat(20), fc.constant(0)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('wait' as const), fc.integer({ min: 1, max: 12_000 }), fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('seek' as const), fc.integer({ min: 0, max: 20_000 }), fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('crash' as const), fc.constant(0), fc.constant(0)) },
);

test.each([
  [false, false],
  [false, true],
  [true, false],
  [true, true],
])('any interleaving loses nothing and keeps every promise (ordered %s, exactly-once %s)', (ordered, exactlyOnce) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const world = new World(ordered, exactlyOnce);
      for (const [kind, a, b] of steps) {
        if (kind === 'publish') world.publish(['', 'k1', 'k2'][a] as string, b);
        else world[kind](a);
      }
      world.drain();
    }),
    { numRuns: 300 },
  );
});

test('48 hours with a million messages leave nothing behind', () => {
  const world = new World(false, false);
  new Housekeeping(world.core, world.now);
  const bytes = toBinary(PubsubMessageSchema, create(PubsubMessageSchema, { data: Buffer.alloc(50) }));
  const raw = scanMessage(bytes, 0, bytes.length, 0);
  const raws = Array.from({ length: 1000 }, () => raw);
  const topic = getTopic(world.core, TOPIC);
  world.subscription.config.retainAckedMessages = false;
  for (let i = 0; i < 1000; i++) {
    world.core.release(topic, publish(world.core, topic, raws, world.now).visibility, world.now);
    world.core.advance(world.now);
    const deliveries = take(world.subscription, world.consumer, world.now, 2000);
    // Every third batch expires once before it is acknowledged.
    if (i % 3 !== 0)
      acknowledge(
        world.subscription,
        deliveries.map((delivery) => delivery.ackId),
      );
    world.now += 172_800;
    world.core.advance(world.now);
  }
  const rest = take(world.subscription, world.consumer, world.now, 10_000);
  if (rest.length > 0)
    acknowledge(
      world.subscription,
      rest.map((delivery) => delivery.ackId),
    );
  expect(world.subscription.backlog.entries.size).toBe(0);
  expect(world.subscription.backlog.leases.size).toBe(0);
  expect(topic.retained.size).toBe(0);
  expect(world.consumer.messages).toBe(0);
}, 180_000);

test.each(['', 'key'])('a backlog nobody consumes is bounded by its retention (ordering key "%s")', (key) => {
  const world = new World(true, false);
  new Housekeeping(world.core, world.now);
  world.subscription.config.retainAckedMessages = false;
  world.subscription.config.messageRetentionDuration = duration(600_000);
  for (let minute = 0; minute < 48 * 60; minute++) {
    world.publish(key, 5);
    // A look at it, as a stream without room has, sorts messages into their queues.
    if (minute % 7 === 0) world.subscription.backlog.take(new Consumer({ ackDeadlineMs: 10_000 }), world.now, 0);
    world.now += 60_000;
    world.core.advance(world.now);
  }
  expect(world.subscription.backlog.entries.size).toBeLessThanOrEqual(60);
  expect(world.subscription.backlog.queued).toBeLessThanOrEqual(60);
});
