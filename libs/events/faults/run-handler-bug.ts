import { setTimeout as delay } from 'node:timers/promises';
import { createDatabase } from '@kiban/database';
import { createPublisher, startConsumer } from '@kiban/pubsub';
import { consumerMetrics } from '../src/consumer/consumer-metrics.ts';
import { Dispatcher } from '../src/consumer/dispatcher.ts';
import { createRelay } from '../src/relay/relay.ts';
import { startBus } from './bus.ts';
import { effectHandler } from './effects.ts';
import { faultDatabase } from './fault-database.ts';
import { brokenGuarantees, type PlanOptions, type PlanResult, secondsSince } from './plan.ts';
import { produce } from './producers.ts';
import { seededRandom } from '../src/testing/seeded-random.ts';
import { judgeEffects } from './verdict.ts';

const SUBSCRIPTION = 'faults';
const RATE = 20;

/**
 * A release whose handler throws at every event, for `seconds`, under load; then the fix. Nothing may be lost, and every key
 * goes on in order. Half of the time it throws before its effect and half of the time after it, so that roll-backs count.
 */
export async function runHandlerBug(options: PlanOptions): Promise<PlanResult> {
  const { seed, seconds = 600 } = options;
  const { events = Math.ceil((seconds + 10) * RATE) } = options;
  const started = performance.now();
  const random = seededRandom(seed);
  const database = await faultDatabase({ durable: false });
  const bus = await startBus({
    topics: { interaction: {} },
    subscriptions: { [SUBSCRIPTION]: { topic: 'interaction' } },
  });
  const publisher = createPublisher({ emulatorHost: bus.host });
  const relay = createRelay({ databases: [{ name: 'faults', url: database.url }], publisher });
  const own = createDatabase({ url: database.url, max: 8, onError: () => undefined });
  const handler = effectHandler(SUBSCRIPTION);
  let broken = false;
  let thrown = 0;
  const dispatcher = new Dispatcher(
    own,
    [
      {
        ...handler,
        async handle(message, context) {
          if (broken && random() < 0.5) throw new Error(`a bug, ${++thrown}`);
          await handler.handle(message, context);
          if (broken) throw new Error(`a bug after the effect, ${++thrown}`);
        },
      },
    ],
    consumerMetrics(),
  );
  const consumer = await startConsumer({
    emulatorHost: bus.host,
    subscription: SUBSCRIPTION,
    async handle(message) {
      const outcome = await dispatcher.dispatch({ ...message, subscription: SUBSCRIPTION });
      if (outcome === 'duplicate') await own.query('INSERT INTO dropped VALUES ($1)', [message.attributes['ce-id']]);
    },
  });
  const count = async () => (await own.query<{ n: number }>('SELECT count(*)::int AS n FROM effect')).rows[0]?.n ?? 0;

  const produced = produce({ url: database.url, events, random, keys: 50, connections: 2, rate: RATE });
  while ((await count()) === 0) await delay(20);
  broken = true;
  const from = performance.now();
  await delay(100); // handlers under way when the bug came may still commit
  const before = await count();
  while (performance.now() - from < seconds * 1000) {
    await delay(Math.min(5_000, seconds * 200));
    options.onProgress?.(`${secondsSince(from)} s with the bug, thrown ${thrown}, effects ${await count()}`);
  }
  const during = (await count()) - before;
  broken = false;
  const fixed = performance.now();
  await produced;
  const total = (await own.query('SELECT 1 FROM truth')).rows.length;
  while ((await count()) < total && performance.now() - fixed < 300_000) await delay(100);
  const recovery = secondsSince(fixed);
  await consumer.drain();
  await relay.stop();
  await publisher.close();
  const verdict = await judgeEffects(database.admin);
  await own.close();
  await bus.close();
  await database.close();
  const result = {
    ...verdict,
    seed,
    injected: { 'seconds with a bug': seconds, 'handlers that threw': thrown },
    measured: { 'effects meanwhile': during, 'seconds to recover': recovery },
    seconds: secondsSince(started),
  };
  const wrong = brokenGuarantees(result);
  if (during > 0) wrong.push(`${during} effects of a handler that threw`);
  if (thrown === 0) wrong.push('the handler never threw');
  return { ...result, broken: wrong };
}
