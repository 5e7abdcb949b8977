// One paired run over the same backend: direct gRPC, the gateway that `npm start` runs, Envoy where there is one, and two
// controls, with 1 and 64 calls at a time, in short rounds that alternate:
//   npm run bench -- gateway [--seconds 0.8] [--rounds 7] [--json] [--write]
// Exits 1 when a call through the gateway takes more CPU than its goal, all included, or the gateway reaches less than
// half of Envoy's throughput.
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { directCaller, load, restCaller } from './load.ts';
import { startEnvoySubject, startGateway, startNode, type Subject } from './processes.ts';
import { benchPage, GOAL_MICROS, middle, type Row, type Sample, verdict } from './report.ts';
import { createOf, LIST } from './requests.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '0.8' },
    rounds: { type: 'string', default: '7' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const [machineLoad = 0] = loadavg();
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);

const backend = await startNode('backend', 'backend.ts');
const gateway = await startGateway(backend.address);
const control = await startNode('node:http alone', 'control-process.ts');
const passThrough = await startNode('node:http to node:http2', 'pass-through-process.ts', backend.address);
const envoy = await startEnvoySubject(backend.address);
if (!envoy) console.error('no Envoy on PATH: measured without it');
const processes = [control, passThrough, gateway, ...(envoy ? [envoy] : [])];
const paths = [
  ...processes.map((subject) => ({ name: subject.name, subject, request: LIST })),
  { name: 'gateway, POST with a token', subject: gateway, request: createOf(gateway.token) },
];

for (const { subject, request } of paths) for (let i = 0; i < 2; i++) await sample(subject, request, 64, 1);
const rows: Row[] = [];
for (const concurrency of [1, 64]) {
  const samples: Sample[] = [];
  for (let round = 0; round < rounds; round++) {
    const direct = directCaller(backend.address);
    samples.push({ name: 'direct gRPC', ...(await load(Array(concurrency).fill(direct), seconds)) });
    for (const { name, subject, request } of paths) {
      samples.push({ name, ...(await sample(subject, request, concurrency, seconds)) });
    }
    console.error(`c=${concurrency}, round ${round + 1} of ${rounds}`);
  }
  for (const name of new Set(samples.map((each) => each.name))) {
    rows.push({ name, concurrency, ...middle(samples.filter((each) => each.name === name)) });
  }
}
for (const subject of [...processes, backend]) await subject.stop();

const judged = verdict(rows);
const page = benchPage(rows, judged, rounds, machineLoad);
if (values.json) for (const line of [...rows, judged]) console.log(JSON.stringify(line));
else console.log(page);
if (values.write) writeFileSync(join(import.meta.dirname, '../../../docs/results/gateway-bench.md'), page);
if (!judged.holds) console.error(`the goals do not hold: at most ${GOAL_MICROS} µs, at least half of Envoy's calls`);
process.exit(judged.holds ? 0 : 1);

async function sample(subject: Subject, request: Buffer, concurrency: number, duration: number) {
  const callers = Array.from({ length: concurrency }, () => restCaller(subject.address, request));
  const before = await subject.cpuMicros();
  const measured = await load(callers, duration);
  return { ...measured, cpuMicros: ((await subject.cpuMicros()) - before) / measured.calls };
}
