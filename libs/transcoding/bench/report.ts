import { cpus } from 'node:os';
import type { Measured } from './load.ts';

/** CPU that the gateway may add to a call of 1 KB, in µs. */
export const GOAL_MICROS = 60;

export interface Row extends Measured {
  readonly name: string;
  readonly concurrency: number;
  /** CPU of the process under measurement for each call, in µs. */
  readonly cpuMicros?: number;
}

export interface Verdict {
  /** At 64 calls at a time. */
  readonly cpuMicros: number;
  /** CPU above what an empty HTTP server takes, µs. */
  readonly aboveControl: number;
  readonly envoyMicros?: number;
  /** Calls per second of the gateway over Envoy's, at 64 at a time; absent without Envoy. */
  readonly ofEnvoy?: number;
  readonly holds: boolean;
}

export function verdict(rows: readonly Row[]): Verdict {
  const at64 = rows.filter(({ concurrency }) => concurrency === 64);
  const gateway = at64.find(({ name }) => name === 'gateway');
  const envoy = at64.find(({ name }) => name.startsWith('Envoy'));
  const cpuMicros = gateway?.cpuMicros ?? Number.NaN;
  const ofEnvoy = envoy && gateway ? gateway.perSecond / envoy.perSecond : undefined;
  return {
    cpuMicros,
    aboveControl: cpuMicros - (at64.find(({ name }) => name === 'node:http alone')?.cpuMicros ?? 0),
    ...(envoy?.cpuMicros !== undefined && { envoyMicros: envoy.cpuMicros }),
    ...(ofEnvoy !== undefined && { ofEnvoy }),
    holds: cpuMicros <= GOAL_MICROS && (ofEnvoy ?? 1) >= 0.5,
  };
}

export function benchPage(
  rows: readonly Row[],
  judged: Verdict,
  { seconds, rounds }: { seconds: number; rounds: number },
): string {
  const lines = rows.map(({ name, concurrency, perSecond, p50, p99, cpuMicros }) => {
    const cells = [
      name,
      concurrency,
      Math.round(perSecond),
      p50.toFixed(2),
      p99.toFixed(2),
      cpuMicros?.toFixed(0) ?? '',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const envoy = judged.ofEnvoy === undefined ? 'not measured' : `${judged.ofEnvoy.toFixed(2)} of Envoy's`;
  const half = judged.ofEnvoy === undefined ? '' : judged.ofEnvoy >= 0.5 ? 'yes' : 'no';
  return `# What the gateway costs
Made by \`npm run bench -- gateway --seconds ${seconds} --rounds ${rounds} --write\` on ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}: one
process each for the load, the gateway, and a backend that answers ListArticles with 1 KB; Envoy on one core with the
same transcoder settings. Rounds alternate; each line is the round in the middle. The load is plain sockets, but for
direct gRPC, which is Node's own HTTP/2 client in the load's process: its line is what a Node client reaches, not what the
backend can. "node:http alone" is the control: an HTTP server that answers 1 KB of its own and does nothing else.

| path | at a time | calls/s | p50 ms | p99 ms | CPU µs/call |
|---|---|---|---|---|---|
${lines.join('\n')}

| goal | reached | holds |
|---|---|---|
| at most ${GOAL_MICROS} µs CPU of the gateway for a call, 64 at a time | ${judged.cpuMicros.toFixed(0)} µs in all; ${judged.aboveControl.toFixed(0)} µs above the control; Envoy: ${judged.envoyMicros?.toFixed(0) ?? 'not measured'} | ${judged.cpuMicros <= GOAL_MICROS ? 'yes' : 'no'} |
| at least half of Envoy's calls on one core, 64 at a time | ${envoy} | ${half} |
`;
}
