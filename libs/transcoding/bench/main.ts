// One paired run over the same backend: direct gRPC, the gateway, and Envoy where there is one, with 1 and 64 calls at a
// time, in rounds that alternate:
//   npm run bench -- gateway [--seconds 2] [--rounds 5] [--json] [--write]
// Exits 1 when the gateway adds more CPU to a call than its goal, or has less than half of Envoy's throughput.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Caller, directCaller, load, restCaller } from './load.ts';
import { startEnvoySubject, startNode, type Subject } from './processes.ts';
import { benchPage, GOAL_MICROS, type Row, verdict } from './report.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);

const backend = await startNode('backend', 'backend.ts');
const gateway = await startNode('gateway', 'gateway-process.ts', backend.address);
const control = await startNode('node:http alone', 'control-process.ts');
const envoy = await startEnvoySubject(backend.address);
const subjects = [control, gateway, ...(envoy ? [envoy] : [])];
if (!envoy) console.error('no Envoy on PATH: measured without it');

for (const subject of subjects) await load(connections(subject, 64), Math.min(seconds, 2));
const rows: Row[] = [];
for (const concurrency of [1, 64]) {
  const samples: Row[] = [];
  for (let round = 0; round < rounds; round++) {
    const direct = directCaller(backend.address);
    samples.push({ name: 'direct gRPC', concurrency, ...(await load(Array(concurrency).fill(direct), seconds)) });
    for (const subject of subjects) samples.push(await sample(subject, concurrency));
    console.error(`c=${concurrency}, round ${round + 1} of ${rounds}`);
  }
  for (const name of new Set(samples.map((row) => row.name))) {
    rows.push(median(samples.filter((row) => row.name === name)));
  }
}
for (const subject of [...subjects, backend]) await subject.stop();

const judged = verdict(rows);
if (values.json) for (const row of rows) console.log(JSON.stringify(row));
if (values.json) console.log(JSON.stringify(judged));
else console.log(benchPage(rows, judged, { seconds, rounds }));
if (values.write) {
  writeFileSync(
    join(import.meta.dirname, '../../../docs/results/gateway-bench.md'),
    benchPage(rows, judged, { seconds, rounds }),
  );
}
if (!judged.holds) console.error(`the goals do not hold: at most ${GOAL_MICROS} µs, at least half of Envoy's calls`);
process.exit(judged.holds ? 0 : 1);

function connections(subject: Subject, count: number): Caller[] {
  return Array.from({ length: count }, () => restCaller(subject.address));
}

async function sample(subject: Subject, concurrency: number): Promise<Row> {
  const callers = connections(subject, concurrency);
  const before = await subject.cpuMicros();
  const measured = await load(callers, seconds);
  const cpuMicros = ((await subject.cpuMicros()) - before) / measured.calls;
  return { name: subject.name, concurrency, ...measured, cpuMicros };
}

/** The round in the middle, by its throughput. */
function median(samples: Row[]): Row {
  samples.sort((a, b) => a.perSecond - b.perSecond);
  return samples[Math.floor(samples.length / 2)] as Row;
}
