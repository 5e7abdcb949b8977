import { appendFileSync, cpSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, expect, test } from '@jest/globals';
import {
  PubsubMessageSchema,
  SeekRequestSchema,
  SubscriptionSchema,
  TopicSchema,
} from '@kiban/contracts/google/pubsub/v1';
import fc from 'fast-check';
import { acknowledge, type Delivery, modifyDeadline, take } from '../src/core/acknowledging.ts';
import { Consumer } from '../src/core/consumer.ts';
import { Core } from '../src/core/core.ts';
import { scanMessage } from '../src/core/message-codec.ts';
import { publish } from '../src/core/publishing.ts';
import { seek } from '../src/core/snapshots.ts';
import { createSubscription, getSubscription } from '../src/core/subscriptions.ts';
import { timestamp } from '../src/core/time.ts';
import { createTopic, getTopic } from '../src/core/topics.ts';
import { Store } from '../src/store/store.ts';

const TOPIC = 'projects/test/topics/topic';
const SUBSCRIPTION = 'projects/test/subscriptions/subscription';
const root = mkdtempSync(join(tmpdir(), 'pubsub-store-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A core with its log in a folder; `life` counts its crashes. */
class Machine {
  readonly now = 1_000_000_000;
  readonly #dir = mkdtempSync(join(root, 'run-'));
  readonly #size: number;
  #life = 0;
  core!: Core;
  store!: Store;
  rewrites = 0;

  constructor(size: number) {
    this.#size = size;
    this.#boot();
    createTopic(this.core, create(TopicSchema, { name: TOPIC }));
    const config = { name: SUBSCRIPTION, topic: TOPIC, enableMessageOrdering: true, retainAckedMessages: true };
    createSubscription(this.core, create(SubscriptionSchema, config), this.now);
  }

  get subscription() {
    return getSubscription(this.core, SUBSCRIPTION);
  }

  get #state(): string {
    return join(this.#dir, String(this.#life));
  }

  get rewriting(): boolean {
    return existsSync(`${this.log}.new`);
  }

  get log(): string {
    return join(this.#state, 'pubsub.log');
  }

  #boot(): void {
    this.core = new Core({ epoch: `e${this.#life}` });
    this.store = new Store(this.core, { dir: this.#state, sync: false, rewriteFrom: 2000 }, this.now);
  }

  publish(count: number): void {
    const message = create(PubsubMessageSchema, { data: Buffer.alloc(this.#size), orderingKey: 'k' });
    const bytes = toBinary(PubsubMessageSchema, message);
    const raws = Array.from({ length: count }, (_, i) => scanMessage(bytes, 0, bytes.length, i));
    const topic = getTopic(this.core, TOPIC);
    this.core.release(topic, publish(this.core, topic, raws, this.now).visibility, this.now);
    this.core.advance(this.now);
  }

  /** What a kill -9 leaves: the files as they are now. The dead process goes on, unheard. */
  async crash(torn: Buffer = Buffer.alloc(0)): Promise<void> {
    const from = this.#state;
    if (this.rewriting) this.rewrites++;
    this.#life++;
    cpSync(from, this.#state, { recursive: true });
    appendFileSync(this.log, torn);
    await this.store.close();
    this.#boot();
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('publish' as const), n: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ack' as const), n: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('nack' as const), n: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('seek' as const), n: fc.constant(0) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('turn' as const), n: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rewrite' as const), n: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), n: fc.constant(0) }) },
);

test('whatever is answered survives a crash at any moment, rewrites of the log included', async () => {
  let rewrites = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), async (steps) => {
      const machine = new Machine(200);
      const unacked = new Set<number>();
      let consumer = new Consumer({ ackDeadlineMs: 10_000 });
      const pull = (n: number): Delivery[] => take(machine.subscription, consumer, machine.now, n);
      for (const { do: what, n } of steps) {
        if (what === 'publish') {
          const first = machine.core.lastSeq + 1;
          machine.publish(n);
          for (let seq = first; seq <= machine.core.lastSeq; seq++) unacked.add(seq);
        } else if (what === 'ack') {
          const deliveries = pull(n);
          if (deliveries.length > 0)
            acknowledge(
              machine.subscription,
              deliveries.map(({ ackId }) => ackId),
            );
          for (const { entry } of deliveries) unacked.delete(entry.message.seq);
        } else if (what === 'nack') {
          for (const { ackId } of pull(n)) modifyDeadline(machine.subscription, [ackId], 0, machine.now);
        } else if (what === 'seek') {
          const target = { case: 'time' as const, value: timestamp(0) };
          seek(machine.core, create(SeekRequestSchema, { subscription: SUBSCRIPTION, target }), machine.now);
          for (let seq = 1; seq <= machine.core.lastSeq; seq++) unacked.add(seq);
          consumer = new Consumer({ ackDeadlineMs: 10_000 });
        } else if (what === 'rewrite') {
          // Until the new log is in place, which must take over what came meanwhile.
          do {
            machine.publish(1);
            unacked.add(machine.core.lastSeq);
            await new Promise(setImmediate);
          } while (machine.rewriting);
        } else if (what === 'turn') await new Promise(setImmediate);
        // An answer is given when what was done is written: only that must survive.
        await machine.store.commit(() => undefined);
        if (what !== 'crash') continue;
        await machine.crash();
        consumer = new Consumer({ ackDeadlineMs: 10_000 });
        expect([...machine.subscription.backlog.entries.keys()]).toEqual([...unacked].sort((a, b) => a - b));
      }
      rewrites += machine.rewrites;
      await machine.store.close();
    }),
    { numRuns: 60 },
  );
  // The test would prove less than it says if no crash had hit a rewrite.
  expect(rewrites).toBeGreaterThan(0);
}, 120_000);

test('a log that is mostly history is rewritten while work goes on, and shrinks', async () => {
  const machine = new Machine(2000);
  machine.publish(1000);
  const consumer = new Consumer({ ackDeadlineMs: 10_000 });
  let largest = 0;
  const size = async (): Promise<number> => {
    await machine.store.commit(() => undefined);
    const bytes = statSync(machine.log).size;
    largest = Math.max(largest, bytes);
    return bytes;
  };
  // Work in every turn until the shorter log is in place: it is not held up by the rewrite, nor the rewrite by it.
  while ((await size()) >= largest) {
    machine.publish(1);
    const deliveries = take(machine.subscription, consumer, machine.now, 20);
    acknowledge(
      machine.subscription,
      deliveries.map(({ ackId }) => ackId),
    );
  }
  expect(machine.subscription.backlog.entries.size).toBeLessThan(1000);
  await machine.store.close();
});

test('a torn record at the end is cut off, and what is written after it survives the next crash', async () => {
  const machine = new Machine(10);
  machine.publish(3);
  await machine.store.commit(() => undefined);
  // The head of a record that says it has 255 bytes, and its first ones: a write that a power cut ended.
  await machine.crash(Buffer.from([255, 0, 0, 0, 1, 2, 3, 4, 2, 0]));
  machine.publish(2);
  await machine.store.commit(() => undefined);
  await machine.crash();
  expect(machine.subscription.backlog.entries.size).toBe(5);
  await machine.store.close();
});

test('a close waits for the write to the disk that is under way', async () => {
  const dir = mkdtempSync(join(root, 'sync-'));
  const core = new Core({ epoch: 's' });
  const store = new Store(core, { dir, sync: true }, 1_000_000_000);
  const answers: Promise<unknown>[] = [];
  for (let i = 0; i < 20; i++) {
    createTopic(core, create(TopicSchema, { name: `${TOPIC}-${i}` }));
    answers.push(Promise.resolve(store.commit(() => i)));
    if (i % 3 === 0) await new Promise(setImmediate);
  }
  await store.close();
  expect(await Promise.all(answers)).toHaveLength(20);
});
