// Runs every case of <folder>/transcoding.json over real sockets: npm run conformance -- <folder> [--filter text]
//   [--table file]  also writes the result as a Markdown table
// With --differential envoy it compares the gateway with a real Envoy instead; see differential/main.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Case } from './case.ts';
import { compileProtos } from './compile-protos.ts';
import { differential } from './differential/main.ts';
import { groups, markdown } from './report.ts';
import { runCases } from './run-cases.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    filter: { type: 'string', default: '' },
    table: { type: 'string' },
    differential: { type: 'string' },
    requests: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    setup: { type: 'string', default: '' },
    protos: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
if (values.differential !== undefined) {
  if (values.differential !== 'envoy') {
    console.error(`--differential knows envoy, not "${values.differential}"`);
    process.exit(2);
  }
  const { json, write, setup, protos } = values;
  const requests = Number(values.requests);
  process.exit(await differential({ requests, seed: Number(values.seed), json, write, setup, protos }));
}
const [folder] = positionals;
if (!folder) {
  console.error(
    'usage: npm run conformance -- <folder with transcoding.json and protos/> [--filter text] [--table file]',
  );
  process.exit(2);
}

const started = performance.now();
const all = JSON.parse(readFileSync(join(folder, 'transcoding.json'), 'utf8')) as Case[];
const cases = all.filter(({ id }) => id.includes(values.filter));
const results = await runCases(cases, compileProtos(join(folder, 'protos')));
for (const { id, problems } of results) {
  if (problems.length) console.log(`FAIL ${id}\n${problems.map((problem) => `     ${problem}`).join('\n')}`);
}
for (const { name, passed, failed, deviations } of groups(results)) {
  console.log(
    `${name.padEnd(10)} ${passed} passed, ${failed} failed${deviations ? `, ${deviations} by a stated deviation` : ''}`,
  );
}
const failed = results.filter(({ problems }) => problems.length > 0).length;
console.log(
  `conformance: ${results.length - failed} passed, ${failed} failed in ${((performance.now() - started) / 1000).toFixed(1)} s`,
);
if (values.table) writeFileSync(values.table, markdown(results));
process.exit(failed ? 1 : 0);
