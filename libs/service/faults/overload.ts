// npm run faults -- overload [--seconds 20] [--times 4] [--wait 10] [--compute 0.5] [--json] [--write]
// Offers a service a multiple of what it can answer. Exits 1 when goodput falls under 80 % of capacity, accepted calls
// take more than five times as long as unloaded ones (p99), memory grows, or recovery takes more than 2 s.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { create, toBinary } from '@bufbuild/protobuf';
import { ListTrendingRequestSchema, RecommendationService } from '@kiban/contracts/kiban/recommendation/v1';
import { Code } from '@kiban/grpc';
import { Http2Load, quantile } from '@kiban/testing';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    times: { type: 'string', default: '4' },
    wait: { type: 'string', default: '10' },
    compute: { type: 'string', default: '0.5' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const OK: number = Code.OK;
const REFUSED: number = Code.RESOURCE_EXHAUSTED;
const child = fork(join(import.meta.dirname, 'overload-service.ts'), [values.wait, values.compute], {
  execArgv: ['--conditions=@kiban/source'],
});
const [address] = (await once(child, 'message')) as [string];
const path = `/${RecommendationService.typeName}/ListTrending`;
const load = new Http2Load(address, path, toBinary(ListTrendingRequestSchema, create(ListTrendingRequestSchema)));

const warm = await measured(() => closed(32, 3));
const memory: number[] = [];
const sampler = setInterval(() => void usage(child).then(({ rss }) => memory.push(rss)), 1000);
const beforeFull = await usage(child);
const full = await measured(() => closed(64, 5));
const capacity = full.perSecond;
const fullShare = ((await usage(child)).cpuMs - beforeFull.cpuMs) / 5000;
progress(`capacity: ${Math.round(capacity)} calls/s with 64 callers (warming up: ${Math.round(warm.perSecond)})`);
const unloaded = await measured(() => open(capacity / 10, 5));
progress(`unloaded, a tenth of that: p99 ${unloaded.p99.toFixed(1)} ms`);
const before = await usage(child);
const offered = capacity * Number(values.times);
const stormBegan = performance.now();
const clientBefore = process.cpuUsage();
const storm = await measured(() => open(offered, seconds));
const client = process.cpuUsage(clientBefore);
const took = (performance.now() - stormBegan) / 1000;
clearInterval(sampler);
const after = await usage(child);
const goodput = storm.accepted / Math.max(seconds, took);
progress(`${Math.round(offered)} calls/s offered for ${seconds} s: ${Math.round(goodput)} answered a second`);
const recoveryMs = await recovery();
load.close();
child.kill();

const half = memory.length - Math.floor(seconds / 2);
const result = {
  capacity: Math.round(capacity),
  unloadedP99Ms: round(unloaded.p99),
  offered: Math.round(offered),
  goodput: Math.round(goodput),
  goodputShare: round(goodput / capacity, 2),
  refused: storm.refused,
  failed: storm.failed,
  acceptedP50Ms: round(storm.p50),
  acceptedP99Ms: round(storm.p99),
  slowdown: round(storm.p99 / unloaded.p99),
  /** Peak memory of the second half of the storm less the peak of all before, MB. */
  memoryGrowthMb: round((Math.max(...memory.slice(half)) - Math.max(...memory.slice(0, half))) / 1e6),
  /** Share of one core: the service at capacity and in the storm, the client in the storm. Together they have two. */
  capacityCpuShare: round(fullShare, 2),
  clientCpuShare: round((client.user + client.system) / 1e6 / took, 2),
  serviceCpuShare: round((after.cpuMs - before.cpuMs) / 1000 / took, 2),
  recoveryMs,
};
const broken = [
  result.goodputShare < 0.8 && 'goodput under 80 % of capacity',
  result.slowdown >= 5 && 'p99 of accepted calls is five times the unloaded one or more',
  result.memoryGrowthMb > 32 && 'memory grew',
  result.recoveryMs > 2000 && 'recovery took more than 2 s',
  result.failed > 0 && 'calls ended with something else than an answer or a refusal',
].filter((text) => text !== false);
if (values.json) console.log(JSON.stringify({ ...result, broken }));
else console.table(result);
console.error(broken.length ? `broke: ${broken.join('; ')}` : 'held');
if (values.write) write();
process.exit(broken.length ? 1 : 0);

function open(perSecond: number, forSeconds: number) {
  return (onAnswer: (code: number, ms: number) => void) => load.openLoop(perSecond, forSeconds * 1000, onAnswer);
}

function closed(concurrency: number, forSeconds: number) {
  return (onAnswer: (code: number, ms: number) => void) => load.closedLoop(concurrency, forSeconds * 1000, onAnswer);
}

async function measured(plan: () => (onAnswer: (code: number, ms: number) => void) => Promise<void>) {
  const accepted: number[] = [];
  let refused = 0;
  let failed = 0;
  const began = performance.now();
  await plan()((code, ms) => {
    if (code === OK) accepted.push(ms);
    else if (code === REFUSED) refused++;
    else failed++;
  });
  const perSecond = (accepted.length * 1000) / (performance.now() - began);
  const [p50, p99] = [quantile(accepted, 0.5), quantile(accepted, 0.99)];
  return { accepted: accepted.length, refused, failed, perSecond, p50, p99 };
}

/** How long after the storm until half of capacity is answered in full again for half a second, ms. */
async function recovery(): Promise<number> {
  const began = performance.now();
  for (;;) {
    const at = performance.now() - began;
    const { refused, failed, p99 } = await measured(() => open(capacity / 2, 0.5));
    if ((refused === 0 && failed === 0 && p99 < unloaded.p99 * 5) || at > 10_000) return Math.round(at);
    await sleep(10);
  }
}

async function usage(service: ChildProcess): Promise<{ cpuMs: number; rss: number }> {
  const answer = once(service, 'message') as Promise<[{ cpuMs: number; rss: number }]>;
  service.send('usage');
  return (await answer)[0];
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}

function progress(line: string): void {
  console.error(line);
}

function write(): void {
  const rows = Object.entries(result).map(([what, figure]) => `| ${what} | ${figure} |`);
  const text = `# Overload
Regenerate with \`npm run faults -- overload --write\`. A service with guard, metrics and logs whose method waits ${values.wait} ms,
computes ${values.compute} ms and answers 1 KB is offered ${values.times} times what it answers with 64 callers, for ${seconds} s, by a client that
neither slows down nor comes back later. Shares are of one core; service and client have two. Node ${process.version}, two cores.

| what | figure |
|---|---|
${rows.join('\n')}

Verdict: ${broken.length ? `broke: ${broken.join('; ')}` : 'held'}.

Where it does not hold: a refusal costs the service about 30 µs (node:http2 makes a stream of each call before anyone may
look at it), so a method that costs under 0.5 ms in all keeps less than 80 % at four times its capacity. And what is
watched is the event loop: callers that queue for something else, such as a pool of connections, are bounded by
MAX_IN_FLIGHT (512) alone; set it where the pool is small.
`;
  writeFileSync(join(import.meta.dirname, '../../../docs/results/overload.md'), text);
}
