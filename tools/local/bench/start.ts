// npm run bench -- start [--runs 15] [--json] [--write]: from spawn to SERVING of the content service on a migrated database,
// as it ships (one minified bundle, compile cache) and unbundled (tsc's output). Every round starts each variant once, in
// a changing order; the first variant twice (A/A) shows what is noise.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDevelopmentKeys } from '@kiban/auth';
import { startPostgres } from '@kiban/embedded-postgres';
import { median } from '@kiban/testing';
import { startBuild } from '../src/build/build.ts';
import { nodeOptions } from '../src/platform/supervise-app.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const GOAL_MS = 250;
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '15' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const say = (text: string) => void (values.json || process.stderr.write(text));

const BUNDLE = join(ROOT, 'apps/content/bundle/main.mjs');
const COMPILED = join(ROOT, 'apps/content/dist/main.js');
const VARIANTS = [
  { name: 'bundled, compile cache', script: BUNDLE, cache: true },
  { name: 'the same again (A/A)', script: BUNDLE, cache: true },
  { name: 'bundled', script: BUNDLE, cache: false },
  { name: 'unbundled, compile cache', script: COMPILED, cache: true },
  { name: 'unbundled', script: COMPILED, cache: false },
];
interface Start {
  /** From spawn to the message that health says SERVING. */
  readonly ms: number;
  /** What it took of the processors, which other work on the machine touches less than the clock. */
  readonly cpuMs: number;
  readonly rssMb: number;
}

const dir = mkdtempSync(join(tmpdir(), 'kiban-start-'));
chmodSync(dir, 0o755); // PostgreSQL, which never runs as root, has to reach its data
say('building, starting PostgreSQL, migrating ...\n');
await startBuild(ROOT, ['content']).all;
const keys = await ensureDevelopmentKeys(join(dir, 'keys'));
const postgres = await startPostgres({ dataDir: join(dir, 'postgres'), databases: ['content'] });
const env: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  NODE_ENV: 'production',
  LOG_LEVEL: 'error',
  GRPC_HOST: '127.0.0.1',
  GRPC_PORT: '0',
  OPS_PORT: '0',
  AUTH_JWKS_URL: keys.jwksFile,
  AUTH_ISSUER: keys.issuer,
  AUTH_AUDIENCE: keys.audience,
  DATABASE_URL_CONTENT: postgres.url('content'),
};
const found = new Map(VARIANTS.map(({ name }) => [name, [] as Start[]]));
try {
  await start(BUNDLE, { ...env, MIGRATE_ON_START: '1' });
  for (let round = -2; round < runs; round++) {
    const order = round % 2 ? VARIANTS.toReversed() : VARIANTS;
    for (const { name, script, cache } of order) {
      const more = cache ? { NODE_COMPILE_CACHE: join(dir, 'cache') } : {};
      const sample = await start(script, { ...env, ...more });
      if (round >= 0) found.get(name)!.push(sample); // rounds before fill the caches
    }
    say(`\rround ${round + 1} of ${runs} `);
  }
} finally {
  await postgres.stop();
  rmSync(dir, { recursive: true });
}

const rows = [...found].map(([name, starts]) => {
  const ms = starts.map((each) => each.ms);
  return {
    name,
    medianMs: median(ms),
    cpuMs: median(starts.map((each) => each.cpuMs)),
    fastestMs: Math.min(...ms),
    slowestMs: Math.max(...ms),
    rssMb: median(starts.map((each) => each.rssMb)),
  };
});
const bundledMs = rows[0]?.medianMs ?? 0;
const faster = bundledMs < (rows.at(-1)?.medianMs ?? 0);
if (values.json) console.log(JSON.stringify({ rows, goalMs: GOAL_MS, reached: bundledMs <= GOAL_MS }));
else console.log(`\n${table()}`);
if (values.write) writeTable();
if (!faster) console.error('the bundle starts no faster than what it is made of');
process.exit(faster ? 0 : 1);

async function start(script: string, environment: NodeJS.ProcessEnv): Promise<Start> {
  const began = performance.now();
  const child = spawn(process.execPath, [...nodeOptions(128), script], {
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const ready = await Promise.race([once(child, 'message'), exited.then(() => undefined)]);
  if (!ready) throw new Error(`${script} ended before it served`);
  const ms = performance.now() - began;
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const cpuMs = cpuOf(child.pid);
  child.kill('SIGTERM');
  await exited;
  return { ms, cpuMs, rssMb: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024 };
}

/** User and system time of all threads so far, ms; the clock ticks 100 times a second: proc_pid_stat(5). */
function cpuOf(pid: number | undefined): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [user, system] = fields.split(' ').slice(11, 13).map(Number);
  return ((user ?? NaN) + (system ?? NaN)) * 10;
}

function table(): string {
  const cells = rows.map((row) =>
    [row.medianMs, row.cpuMs, row.fastestMs, row.slowestMs, row.rssMb].map(Math.round).join(' | '),
  );
  const body = rows.map(({ name }, at) => `| ${name} | ${cells[at]} |`);
  return `| variant | median ms | CPU ms | fastest | slowest | RSS MB |\n|---|---|---|---|---|---|\n${body.join('\n')}`;
}

function writeTable(): void {
  const load = loadavg().map((each) => each.toFixed(1));
  const text = `# Benchmark: cold start
Regenerate with \`npm run bench -- start --write\`. The content service from spawn to SERVING, on a migrated embedded PostgreSQL;
${runs} rounds, every variant in each, Node ${process.version}. The goal is ${GOAL_MS} ms. ${cpus().length} cores, shared; load average at the
end: ${load.join(', ')}.

${table()}
`;
  writeFileSync(join(ROOT, 'docs/results/start-bench.md'), text);
}
