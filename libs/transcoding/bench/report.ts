import { cpus } from 'node:os';
import type { Measured } from './load.ts';

/** CPU that a call of 1 KB may take in the gateway's process, in µs, all included. */
export const GOAL_MICROS = 60;

/** One round of one path. */
export interface Sample extends Measured {
  readonly name: string;
  /** CPU of the process under measurement for each call, all its threads, in µs; of Envoy in steps of 10 ms. */
  readonly cpuMicros?: number;
}

export interface Row extends Sample {
  readonly concurrency: number;
  /** The cheapest and the dearest round, µs. */
  readonly cpuRange?: readonly [least: number, most: number];
}

export interface Verdict {
  /** Of the gateway, at 64 calls at a time: what the goal is about. µs */
  readonly cpuMicros: number;
  /** The part above an HTTP server that does nothing, µs. */
  readonly aboveHttp: number;
  /** The part above a proxy of node:http and node:http2 that translates nothing, µs; below it when negative. */
  readonly abovePassThrough: number;
  readonly envoyMicros?: number;
  /** Calls per second of the gateway over Envoy's, at 64 at a time; absent without Envoy. */
  readonly ofEnvoy?: number;
  readonly holds: boolean;
}

/** Each figure's median of its own; `samples` are of one path. */
export function middle(samples: readonly Sample[]): Omit<Row, 'name' | 'concurrency'> {
  const of = (value: (sample: Sample) => number) => samples.map(value).sort((a, b) => a - b);
  const median = (value: (sample: Sample) => number) => of(value)[Math.floor(samples.length / 2)] ?? Number.NaN;
  const cpu = of((sample) => sample.cpuMicros ?? Number.NaN);
  const measured = {
    calls: median((sample) => sample.calls),
    perSecond: median((sample) => sample.perSecond),
    p50: median((sample) => sample.p50),
    p99: median((sample) => sample.p99),
  };
  const [least = Number.NaN] = cpu;
  if (Number.isNaN(least)) return measured;
  return {
    ...measured,
    cpuMicros: median((sample) => sample.cpuMicros ?? Number.NaN),
    cpuRange: [least, cpu.at(-1) ?? least],
  };
}

export function verdict(rows: readonly Row[]): Verdict {
  const at64 = (name: string) => rows.find((row) => row.concurrency === 64 && row.name.startsWith(name));
  const gateway = at64('gateway');
  const envoy = at64('Envoy');
  const cpuMicros = gateway?.cpuMicros ?? Number.NaN;
  const above = (name: string) => cpuMicros - (at64(name)?.cpuMicros ?? Number.NaN);
  const ofEnvoy = envoy && gateway ? gateway.perSecond / envoy.perSecond : undefined;
  return {
    cpuMicros,
    aboveHttp: above('node:http alone'),
    abovePassThrough: above('node:http to'),
    ...(envoy?.cpuMicros !== undefined && { envoyMicros: envoy.cpuMicros }),
    ...(ofEnvoy !== undefined && { ofEnvoy }),
    holds: cpuMicros <= GOAL_MICROS && (ofEnvoy ?? 1) >= 0.5,
  };
}

/** `load` is the machine's load average before the run. */
export function benchPage(rows: readonly Row[], judged: Verdict, rounds: number, load: number): string {
  const lines = rows.map(({ name, concurrency, perSecond, p50, p99, cpuMicros, cpuRange }) => {
    const range = cpuRange ? cpuRange.map((value) => value.toFixed(0)).join(' to ') : '';
    const speed = [Math.round(perSecond), p50.toFixed(2), p99.toFixed(2)];
    return `| ${[name, concurrency, ...speed, cpuMicros?.toFixed(0) ?? '', range].join(' | ')} |`;
  });
  const envoy = judged.ofEnvoy === undefined ? 'no Envoy here' : `${judged.ofEnvoy.toFixed(2)} of Envoy's`;
  const half = judged.ofEnvoy === undefined ? '' : judged.ofEnvoy >= 0.5 ? 'yes' : 'no';
  const within = judged.cpuMicros <= GOAL_MICROS ? 'yes' : 'no';
  const gap = judged.abovePassThrough;
  const beside = `${Math.abs(gap).toFixed(0)} ${gap < 0 ? 'below' : 'above'} the pass-through`;
  return `# What the gateway costs
Made by \`npm run bench -- gateway --write\` on ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}, ${rounds} rounds that
alternate; each figure is its median. One process each for the load, a backend that answers with 1 KB, and what stands
between. "gateway" is the process that \`npm start\` runs, with its access log (into a file), metrics, ETags, CORS, deadlines
and the same Node options; the POST carries 0.5 KB of JSON and a token that is verified. Envoy has the same transcoder
settings, one core, and none of that around it. Two controls: "node:http alone" answers 1 KB of its own and does nothing else;
"node:http to node:http2" asks the backend with Node's own client and hands its bytes on untranslated. The load is plain
sockets, but for direct gRPC, which is Node's own client in the load's process. Other programs on the machine, a load of
${load.toFixed(1)} before it began, make every call dearer, the controls' too: a quiet one has a load below 0.5.

| path | at a time | calls/s | p50 ms | p99 ms | CPU µs/call | least to most |
|---|---|---|---|---|---|---|
${lines.join('\n')}

| goal | reached | holds |
|---|---|---|
| at most ${GOAL_MICROS} µs CPU of the gateway's process for a call, all included, 64 at a time | ${judged.cpuMicros.toFixed(0)} µs: ${judged.aboveHttp.toFixed(0)} above node:http alone, ${beside}; Envoy ${judged.envoyMicros?.toFixed(0) ?? 'not measured'} | ${within} |
| at least half of Envoy's calls on one core, 64 at a time | ${envoy} | ${half} |
`;
}
