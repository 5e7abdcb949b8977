import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { descriptorSet } from '@kiban/contracts';
import { bareEnvoyConfig } from '../conformance/differential/bare-envoy-config.ts';
import { findEnvoy, startEnvoy } from '../conformance/differential/envoy-process.ts';

/** A process under measurement. */
export interface Subject {
  readonly name: string;
  readonly address: string;
  /** CPU time so far, in µs. */
  cpuMicros(): Promise<number>;
  stop(): Promise<void>;
}

export async function startNode(name: string, file: string, ...args: string[]): Promise<Subject> {
  const child = fork(join(import.meta.dirname, file), args, { execArgv: ['--conditions=@kiban/source'] });
  const [{ address }] = (await once(child, 'message')) as [{ address: string }];
  return { name, address, cpuMicros: () => askCpu(child), stop: () => end(child) };
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
