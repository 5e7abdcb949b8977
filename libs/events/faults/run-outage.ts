import { setTimeout as delay } from 'node:timers/promises';
import { createDatabase } from '@kiban/database';
import { createPublisher, startConsumer } from '@kiban/pubsub';
import { Registry } from 'prom-client';
import { consumerMetrics } from '../src/consumer/consumer-metrics.ts';
import { Dispatcher } from '../src/consumer/dispatcher.ts';
import { topology } from '../src/catalog/topology.ts';
import { createRelay } from '../src/relay/relay.ts';
import { startBus } from './bus.ts';
import { effectHandler } from './effects.ts';
import { faultDatabase } from './fault-database.ts';
import { brokenGuarantees, type PlanOptions, type PlanResult, secondsSince } from './plan.ts';
import { produce } from './producers.ts';
import { seededRandom } from '../src/testing/seeded-random.ts';
import { startReadingService } from './reading-service.ts';
import { judgeEffects } from './verdict.ts';

const SUBSCRIPTION = 'faults';
const RATE = 100;
/** Nothing may wait out a long backoff once Pub/Sub is back. */
const RESUME_WITHIN_S = 10;

/**
 * Pub/Sub is killed for `seconds` while producers commit and a real service, which also consumes, answers reads. Commits go
 * on, publishes resume, the order holds, and whoever watches sees the outage: in the age of the oldest event and in the
 * health service `consumer`, while not one read fails.
 */
export async function runOutage(options: PlanOptions): Promise<PlanResult> {
  const { seed, seconds = 60 } = options;
  const { events = Math.ceil((seconds + 20) * RATE) } = options;
  const started = performance.now();
  const random = seededRandom(seed);
  const database = await faultDatabase({ durable: true, databases: ['similarity'] });
  const bus = await startBus({
    topics: topology.topics,
    subscriptions: { ...topology.subscriptions, [SUBSCRIPTION]: { topic: 'interaction' } },
  });
  const service = await startReadingService(database.urlOf('similarity'), bus.host);
  const metrics = new Registry();
  const publisher = createPublisher({ emulatorHost: bus.host });
  const relay = createRelay({ databases: [{ name: 'faults', url: database.url }], publisher, metrics });
  const own = createDatabase({ url: database.url, max: 8, onError: () => undefined });
  const dispatcher = new Dispatcher(own, [effectHandler(SUBSCRIPTION)], consumerMetrics());
  const consumer = await startConsumer({
    emulatorHost: bus.host,
    subscription: SUBSCRIPTION,
    probeMs: 1_000,
    async handle(message) {
      const outcome = await dispatcher.dispatch({ ...message, subscription: SUBSCRIPTION });
      if (outcome === 'duplicate') await own.query('INSERT INTO dropped VALUES ($1)', [message.attributes['ce-id']]);
    },
  });
  const effects = async () => (await own.query<{ n: number }>('SELECT count(*)::int AS n FROM effect')).rows[0]?.n ?? 0;
  const age = async () => {
    const metric = await metrics.getSingleMetric('outbox_oldest_age_seconds')?.get();
    return metric?.values[0]?.value ?? 0;
  };
  const waitFor = async (what: string, condition: () => Promise<boolean> | boolean, limit = 120): Promise<number> => {
    const from = performance.now();
    while (!(await condition())) {
      if (performance.now() - from > limit * 1000) throw new Error(`waited ${limit} s for ${what}`);
      await delay(50);
    }
    return secondsSince(from);
  };

  await waitFor('the consumer health service', () => service.consumerServing);
  const produced = produce({ url: database.url, events, random, keys: 50, connections: 4, rate: RATE });
  await waitFor('effects', async () => (await effects()) > RATE);
  const readsBefore = service.reads;
  await bus.kill();
  const killedAt = performance.now();
  options.onProgress?.('Pub/Sub killed');
  const red = await waitFor('the consumer health service to turn red', () => !service.consumerServing);
  let highest = 0;
  while (performance.now() - killedAt < seconds * 1000) {
    highest = Math.max(highest, await age());
    await delay(200);
  }
  const readsMeanwhile = service.reads - readsBefore;
  const before = await effects();
  await bus.restart();
  options.onProgress?.('Pub/Sub is back');
  const resumed = await waitFor('effects to resume', async () => (await effects()) > before);
  const green = await waitFor('the consumer health service to turn green', () => service.consumerServing);
  highest = Math.max(highest, await age());
  await produced;
  const total = (await own.query('SELECT 1 FROM truth')).rows.length;
  const caughtUp = await waitFor('every effect', async () => (await effects()) >= total, 300);
  await waitFor('the age of the oldest event to fall', async () => (await age()) < 1, 30);
  await consumer.drain();
  await relay.stop();
  await publisher.close();
  const { failures } = service;
  await service.stop();
  const verdict = await judgeEffects(database.admin);
  await own.close();
  await bus.close();
  await database.close();
  const result = {
    ...verdict,
    seed,
    injected: { 'kill -9 of Pub/Sub': 1, 'seconds without Pub/Sub': seconds },
    measured: {
      'highest oldest age, s': Math.round(highest * 10) / 10,
      's until consumer red': red,
      's until effects resumed': resumed,
      's until consumer green': green,
      's until caught up': caughtUp,
      'reads meanwhile': readsMeanwhile,
      'reads failed': failures,
    },
    seconds: secondsSince(started),
  };
  const broken = brokenGuarantees(result);
  if (failures > 0) broken.push(`${failures} reads failed`);
  if (readsMeanwhile < seconds) broken.push(`only ${readsMeanwhile} reads meanwhile`);
  if (resumed > RESUME_WITHIN_S) broken.push(`effects resumed after ${resumed} s only`);
  // Measured every 5 s.
  if (highest < seconds - 6) broken.push(`the oldest age rose to ${highest} s only`);
  return { ...result, broken };
}
