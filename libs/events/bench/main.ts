// npm run bench -- outbox [--events N] [--backlog N] [--write]: everything in one run on one server, controls beside it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { applyTopology, createPublisher } from '@kiban/pubsub';
import { topology } from '../src/catalog/topology.ts';
import { faultDatabase } from '../faults/fault-database.ts';
import { graphileWorker, pgBoss } from './controls.ts';
import { countingPublisher, drainUnordered, drainWithRelay } from './drain.ts';
import { fill } from './fill.ts';
import { commitToPublish } from './latency.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '100000' },
    backlog: { type: 'string', default: '1000000' },
    write: { type: 'boolean', default: false },
  },
});
const events = Number(values.events);
const backlog = Number(values.backlog);
const lines: string[] = [];
const report = (what: string, figure: string) => {
  lines.push(`| ${what} | ${figure} |`);
  console.log(`${what}: ${figure}`);
};
const perSecond = (rate: number) => `${Math.round(rate).toLocaleString('en')} ev/s`;
const child = (name: string, ...args: string[]) =>
  fork(new URL(`${name}.ts`, import.meta.url), args, { execArgv: ['--conditions=@kiban/source'] });

const database = await faultDatabase({ durable: true });
const { url, admin } = database;
const unordered = await drainUnordered(admin, url, events);
report('drain, control: SKIP LOCKED, 4 connections, no order', perSecond(unordered));
const ordered = await drainWithRelay(admin, url, events, countingPublisher());
report('drain, relay, no-op publisher', `${perSecond(ordered)} (${(ordered / unordered).toFixed(2)} of the control)`);

const holder = await admin.connect();
for (const [what, begin] of [
  ['an old snapshot open', 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM truth'],
  ['an old writing transaction open', 'BEGIN; SELECT pg_current_xact_id()'],
] as const) {
  await holder.query(begin);
  const held = await drainWithRelay(admin, url, events, countingPublisher());
  report(`drain, relay, ${what}`, `${perSecond(held)} (${Math.round((100 * held) / ordered)} %)`);
  await holder.query('COMMIT');
}
holder.release();

const latency = await commitToPublish(url, 500, 10);
report('commit to publish at 500 ev/s', `p50 ${latency.p50.toFixed(1)} ms, p99 ${latency.p99.toFixed(1)} ms`);

const emulator = child('emulator-process');
const [emulatorHost] = (await once(emulator, 'message')) as [string];
await applyTopology({ topics: topology.topics, subscriptions: {} }, { emulatorHost });
const publisher = createPublisher({ emulatorHost });
report('drain, relay, into the embedded Pub/Sub', perSecond(await drainWithRelay(admin, url, events, publisher)));
await publisher.close();
emulator.kill();

await fill(admin, backlog);
const worker = child('backlog-process', url, String(backlog));
const [{ seconds, peak }] = (await once(worker, 'message')) as [{ seconds: number; peak: number }];
report(
  `backlog of ${backlog.toLocaleString('en')}`,
  `${perSecond(backlog / seconds)}, peak RSS ${Math.round(peak / 1e6)} MB`,
);

report('graphile-worker, one job per event', perSecond(await graphileWorker(admin, url, events / 20, 0)));
report('graphile-worker, localQueue 500', perSecond(await graphileWorker(admin, url, events / 5, 500)));
report('pg-boss, 4 workers, batches of 500', perSecond(await pgBoss(url, events / 5)));
await database.close();

if (values.write) {
  const file = join(import.meta.dirname, '../../../docs/results/outbox-bench.md');
  mkdirSync(join(file, '..'), { recursive: true });
  const head = `# Benchmark: the outbox\nRegenerate with \`npm run bench -- outbox --write\`. One run, one embedded PostgreSQL (durable), Node ${process.version}; ${events.toLocaleString('en')} events of 400 B over 1,000 keys.\nThe queues beside it keep no order per key. Load average at the end: ${loadavg()
    .map((load) => load.toFixed(1))
    .join(', ')} (2 cores, shared).\n\n| what | figure |\n|---|---|\n`;
  writeFileSync(file, `${head}${lines.join('\n')}\n`);
}
process.exit(0);
