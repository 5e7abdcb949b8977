// npm run faults -- outbox [--plan A|B|C|H-...] [--events N] [--kills N] [--seed N] [--json] [--write]
// Exits 1 when a guarantee breaks, or when a naive design passes. --write updates docs/results/outbox-faults.md.
import { parseArgs } from 'node:util';
import { plans } from './plans.ts';
import { recordResult } from './results.ts';
import { runRelayFaults } from './run-relay-faults.ts';

const { values } = parseArgs({
  options: {
    plan: { type: 'string', default: 'A' },
    events: { type: 'string' },
    kills: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const names = Object.keys(plans).filter((name) => name === values.plan || name.startsWith(`${values.plan}-`));
if (names.length === 0) {
  console.error(
    `usage: npm run faults -- outbox [--plan ${Object.keys(plans).join('|')}] [--events N] [--kills N] [--seed N] [--json] [--write]`,
  );
  process.exit(2);
}

let failed = false;
for (const name of names) {
  const plan = plans[name];
  if (plan === undefined) continue;
  const { events, kills } = values;
  const result = await runRelayFaults({
    ...plan.faults,
    plan: name,
    seed: Number(values.seed),
    ...(events === undefined ? {} : { events: Number(events) }),
    ...(kills === undefined ? {} : { kills: Number(kills), backendKills: Math.round(Number(kills) / 10) }),
    onProgress: (line) => console.error(`${name}: ${line}`),
  });
  const held = result.broken.length === 0;
  failed ||= held !== plan.mustHold;
  if (values.json) console.log(JSON.stringify(result));
  else {
    console.log(`plan ${name}: ${plan.title}`);
    console.table(Object.fromEntries(Object.entries(result).filter(([key]) => key !== 'broken' && key !== 'plan')));
    const expected = plan.mustHold ? 'every guarantee must hold' : 'this design must fail';
    console.log(`${held ? 'held' : `broke: ${result.broken.join('; ')}`} (${expected})`);
  }
  if (values.write) recordResult(plan, result);
}
process.exit(failed ? 1 : 0);
