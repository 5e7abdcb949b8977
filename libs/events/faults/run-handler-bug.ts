import { setTimeout as delay } from 'node:timers/promises';
import { startBus } from './bus.ts';
import { faultDatabase } from './fault-database.ts';
import { SUBSCRIPTION } from './effects.ts';
import { startPipeline } from './pipeline.ts';
import { brokenGuarantees, type PlanOptions, type PlanResult, secondsSince } from './plan.ts';
import { produce } from './producers.ts';
import { seededRandom } from '../src/testing/seeded-random.ts';
import { judgeEffects } from './verdict.ts';

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
  let broken = false;
  let thrown = 0;
  const pipeline = await startPipeline({
    url: database.url,
    emulatorHost: bus.host,
    handler: (effect) => ({
      ...effect,
      async handle(message, context) {
        if (broken && random() < 0.5) throw new Error(`a bug, ${++thrown}`);
        await effect.handle(message, context);
        if (broken) throw new Error(`a bug after the effect, ${++thrown}`);
      },
    }),
  });

  const produced = produce({ url: database.url, events, random, keys: 50, connections: 2, rate: RATE });
  while ((await pipeline.effects()) === 0) await delay(20);
  broken = true;
  const from = performance.now();
  await delay(100); // handlers under way when the bug came may still commit
  const before = await pipeline.effects();
  while (performance.now() - from < seconds * 1000) {
    await delay(Math.min(5_000, seconds * 200));
    options.onProgress?.(`${secondsSince(from)} s with the bug, thrown ${thrown}, effects ${await pipeline.effects()}`);
  }
  const during = (await pipeline.effects()) - before;
  broken = false;
  const fixed = performance.now();
  await produced;
  const total = await pipeline.committed();
  while ((await pipeline.effects()) < total && performance.now() - fixed < 300_000) await delay(100);
  const recovery = secondsSince(fixed);
  await pipeline.close();
  const verdict = await judgeEffects(database.admin);
  await bus.close();
  await database.close();
  const result = {
    ...verdict,
    // A handler that throws leaves nothing behind, and nobody is killed.
    duplicateBound: 0,
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
