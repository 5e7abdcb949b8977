import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDevelopmentKeys, mintDevelopmentToken } from '@kiban/auth';
import { descriptorSet } from '@kiban/contracts';
import { bareEnvoyConfig } from '../conformance/differential/bare-envoy-config.ts';
import { findEnvoy, startEnvoy } from '../conformance/differential/envoy-process.ts';

/** MB of the young generation, as `npm start` gives the gateway. */
const YOUNG_MB = 8;

/** A process under measurement. */
export interface Subject {
  readonly name: string;
  readonly address: string;
  /** CPU time so far, in µs. */
  cpuMicros(): Promise<number>;
  stop(): Promise<void>;
}

const USAGE = ['--import', join(import.meta.dirname, 'usage-hook.ts')];
const SOURCE = '--conditions=@kiban/source';

export async function startNode(name: string, file: string, ...args: string[]): Promise<Subject> {
  const child = fork(join(import.meta.dirname, file), args, { execArgv: [SOURCE, ...USAGE] });
  const [{ address }] = (await once(child, 'message')) as [{ address: string }];
  return { name, address, cpuMicros: () => askCpu(child), stop: () => end(child) };
}

/**
 * The gateway that `npm start` runs, with all that it does there: access log into a file, metrics, ETags, compression,
 * CORS, tokens, deadlines; Node's options are those of tools/local's supervise-app.ts.
 */
export async function startGateway(backend: string): Promise<Subject & { readonly token: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const { jwksFile, issuer, audience } = await ensureDevelopmentKeys(folder);
  const logFile = openSync(join(folder, 'gateway.log'), 'a');
  const options = [`--max-semi-space-size=${YOUNG_MB}`, '--max-old-space-size=128', '--enable-source-maps'];
  const main = join(import.meta.dirname, '../../../apps/gateway/src/main.ts');
  const child = spawn(process.execPath, [SOURCE, ...options, ...USAGE, main], {
    stdio: ['ignore', logFile, 'inherit', 'ipc'],
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'development',
      MALLOC_ARENA_MAX: '2',
      GATEWAY_PORT: '0',
      OPS_PORT: '0',
      BFF_ADDRESS: backend,
      RECOMMENDATION_ADDRESS: backend,
      AUTH_JWKS_URL: jwksFile,
      AUTH_ISSUER: issuer,
      AUTH_AUDIENCE: audience,
    },
  });
  const [{ http }] = (await once(child, 'message')) as [{ http: string }];
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true });
  };
  const token = await mintDevelopmentToken(folder, { subject: 'alice' });
  return { name: 'gateway', address: http, token, cpuMicros: () => askCpu(child), stop };
}

async function askCpu(child: ChildProcess): Promise<number> {
  const answer = once(child, 'message');
  child.send('usage');
  return ((await answer) as [{ cpuMicros: number }])[0].cpuMicros;
}

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Envoy on one core before the same backend; undefined when this machine has none. */
export async function startEnvoySubject(backend: string): Promise<Subject | undefined> {
  const found = findEnvoy();
  if (!found) return undefined;
  const options = { auto_mapping: true, convert_grpc_status: true, query_param_unescape_plus: true };
  const services = ['kiban.bff.v1.BffService'];
  const setup = { name: 'bench', options };
  const listener = { name: 'bench', setup, descriptorSet: descriptorSet(), services, backend };
  const { child, ports, stop } = await startEnvoy(found.command, bareEnvoyConfig([listener]));
  return {
    name: `Envoy ${found.version}`,
    address: `127.0.0.1:${ports.get('bench')}`,
    cpuMicros: () => Promise.resolve(cpuOf(child.pid ?? 0)),
    stop,
  };
}

const TICKS_PER_SECOND = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100;

/** CPU time of any process (Linux), in steps of a clock tick. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6;
}
