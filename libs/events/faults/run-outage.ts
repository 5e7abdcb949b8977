import { setTimeout as delay } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { topology } from '../src/catalog/topology.ts';
import { type Bus, startBus } from './bus.ts';
import { type FaultDatabase, faultDatabase } from './fault-database.ts';
import { SUBSCRIPTION } from './effects.ts';
import { startPipeline } from './pipeline.ts';
import { brokenGuarantees, type PlanOptions, type PlanResult, secondsSince } from './plan.ts';
import { produce } from './producers.ts';
import { seededRandom } from '../src/testing/seeded-random.ts';
import { startReadingService } from './reading-service.ts';
import { effectsOf, judgeEffects } from './verdict.ts';

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
  const pipeline = await startPipeline({ url: database.url, emulatorHost: bus.host, metrics, probeMs: 1_000 });
  const effects = () => pipeline.effects();
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
  const duplicateBound = await explainable(database, bus);
  await bus.restart();
  options.onProgress?.('Pub/Sub is back');
  const resumed = await waitFor('effects to resume', async () => (await effects()) > before);
  const green = await waitFor('the consumer health service to turn green', () => service.consumerServing);
  highest = Math.max(highest, await age());
  await produced;
  const total = await pipeline.committed();
  const caughtUp = await waitFor('every effect', async () => (await effects()) >= total, 300);
  await waitFor('the age of the oldest event to fall', async () => (await age()) < 1, 30);
  await pipeline.close();
  const { failures } = service;
  await service.stop();
  const verdict = await judgeEffects(database.admin);
  await bus.close();
  await database.close();
  const result = {
    ...verdict,
    duplicateBound,
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

/**
 * What the kill lets happen twice: an effect whose acknowledgement did not reach the files is delivered again, and an event
 * that did reach them, but whose publish was never answered, is published again.
 */
async function explainable({ admin }: FaultDatabase, bus: Bus): Promise<number> {
  const held = (await bus.unacknowledged(SUBSCRIPTION)).map(({ id }) => id);
  const { rows } = await admin.query(
    'SELECT 1 FROM outbox o WHERE event_id = ANY($1::uuid[]) OR EXISTS (SELECT 1 FROM effect e WHERE e.event_id = o.event_id)',
    [held],
  );
  return rows.length + (await effectsOf(admin, held)).length;
}
