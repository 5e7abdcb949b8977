import { create, toBinary } from '@bufbuild/protobuf';
import { PubsubMessageSchema } from '@kiban/contracts/google/pubsub/v1';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { acknowledge, take } from '../src/core/acknowledging.ts';
import { Consumer } from '../src/core/consumer.ts';
import { Housekeeping } from '../src/core/housekeeping.ts';
import { scanMessage } from '../src/core/message-codec.ts';
import { publish } from '../src/core/publishing.ts';
import { duration } from '../src/core/time.ts';
import { getTopic } from '../src/core/topics.ts';
import { type Promises, TOPIC, World } from './world.ts';

/** Another one in each run, said so that a failure can be had again: PROPERTY_SEED=... npm test. */
const seed = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 1_000_000);
process.stderr.write(`core properties with PROPERTY_SEED=${seed}\n`);

const zero = fc.constant(0);
const does = <K extends string>(
  weight: number,
  kind: K,
  a: fc.Arbitrary<number> = zero,
  b: fc.Arbitrary<number> = zero,
) => ({
  weight,
  arbitrary: fc.tuple(fc.constant(kind), a, b),
});
const step = fc.oneof(
  does(4, 'publish', fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 5 })),
  does(4, 'pull', fc.integer({ min: 1, max: 8 })),
  does(6, 'ack', fc.nat(20)),
  does(4, 'nack', fc.nat(20)),
  does(3, 'wait', fc.integer({ min: 1, max: 12_000 })),
  does(1, 'seek', fc.oneof(zero, fc.integer({ min: 0, max: 20_000 }))),
  does(1, 'snapshot'),
  does(1, 'seekSnapshot', fc.nat(3)),
  does(1, 'crash'),
);
/** Mostly failures, so that messages are used up. */
const failing = fc.oneof(
  does(6, 'publish', fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 3 })),
  does(20, 'pull', fc.integer({ min: 1, max: 8 })),
  does(2, 'ack', fc.nat(20)),
  does(28, 'nack', fc.nat(20)),
  does(4, 'wait', fc.integer({ min: 1, max: 12_000 })),
  does(1, 'seek', fc.integer({ min: 0, max: 60_000 })),
  does(1, 'crash'),
);

function runs(promises: Promises, steps: readonly (readonly [string, number, number])[]): World {
  const world = new World(promises);
  for (const [kind, a, b] of steps) {
    if (kind === 'publish') world.publish(['', 'k1', 'k2'][a] as string, b);
    else world[kind as 'pull'](a);
  }
  world.drain();
  return world;
}

const both = [false, true];
const mixes: Promises[] = both.flatMap((ordered) =>
  both.flatMap((exactlyOnce) =>
    both.flatMap((retry) => both.map((deadLetter) => ({ ordered, exactlyOnce, retry, deadLetter }))),
  ),
);

test.each(mixes)('any interleaving loses nothing and keeps every promise (%j)', (promises) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => void runs(promises, steps)),
    { numRuns: 60, seed },
  );
});

test.each(mixes.filter(({ deadLetter }) => deadLetter))(
  'messages that go on failing are forwarded (%j)',
  (promises) => {
    let forwarded = 0;
    fc.assert(
      fc.property(fc.array(failing, { minLength: 60, maxLength: 160, size: 'max' }), (steps) => {
        forwarded += runs(promises, steps).dead.size;
      }),
      { numRuns: 30, seed },
    );
    // The test would prove less than it says if nothing had been used up.
    expect(forwarded).toBeGreaterThan(0);
  },
);

test('48 hours with a million messages leave nothing behind', () => {
  const world = new World();
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
  const world = new World({ ordered: true });
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
