import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { BacklogDrained } from './backlog-process.ts';
import { bundledEnvironment, bundleProcess } from './bundle-process.ts';
import { type FaultDatabase, faultDatabase } from './fault-database.ts';
import { fill } from './ordered-publisher.ts';
import { brokenGuarantees, type PlanOptions, type PlanResult, secondsSince } from './plan.ts';

/** Megabytes of resident memory that a relay may take, whatever waits. */
export const MAX_MEGABYTES = 300;

/** Fills the outbox, then lets a relay in a process of its own empty it: bundled, as it is deployed. */
export async function drainBacklog({ admin, url }: FaultDatabase, events: number): Promise<BacklogDrained> {
  const program = await bundleProcess('backlog-process');
  await fill(admin, events);
  const child = fork(program, [url, String(events)], {
    execArgv: [],
    env: bundledEnvironment(),
  });
  const [drained] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the relay ended with ${String(code)}`))),
  ])) as [BacklogDrained];
  rmSync(program);
  return drained;
}

/** A million events wait, as after a long outage. */
export async function runBacklog(options: PlanOptions): Promise<PlanResult> {
  const { seed, events = 1_000_000 } = options;
  const started = performance.now();
  const database = await faultDatabase({ durable: true });
  options.onProgress?.(`filling the outbox with ${events} events`);
  const drained = await drainBacklog(database, events);
  const left = (await database.admin.query('SELECT 1 FROM outbox')).rows.length;
  await database.close();
  const megabytes = Math.round(drained.peak / 1e6);
  const result = {
    seed,
    committed: events,
    injected: {},
    lost: left,
    invented: 0,
    inversions: drained.inversions,
    duplicates: drained.duplicates,
    duplicateBound: 0,
    measured: { 'ev/s': Math.round(events / drained.seconds), 'MB RSS': megabytes },
    seconds: secondsSince(started),
  };
  const broken = brokenGuarantees(result);
  if (megabytes >= MAX_MEGABYTES) broken.push(`${megabytes} MB of memory, allowed are ${MAX_MEGABYTES}`);
  return { ...result, broken };
}
