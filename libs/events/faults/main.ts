// npm run faults -- outbox: exits 1 when a guarantee breaks, or when a design that must fail holds.
// --write updates docs/results/outbox-faults.md.
import { parseArgs } from 'node:util';
import { plans } from './plans.ts';
import { recordResult } from './results.ts';

const USAGE = `usage: npm run faults -- outbox [--plan ${Object.keys(plans).join('|')}|H|all] [--events N] [--kills N] [--seconds N] [--seed N] [--json] [--write]
Default: plan A with 100,000 events and 1,000 kills, about 12 minutes. G needs pgbouncer, outage a built checkout.`;

const { values } = parseArgs({
  options: {
    plan: { type: 'string', default: 'A' },
    events: { type: 'string' },
    kills: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const wanted = Object.entries(plans).filter(
  ([name]) => values.plan === 'all' || name === values.plan || name.startsWith(`${values.plan}-`),
);
if (values.help || wanted.length === 0) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 2);
}

let failed = false;
for (const [name, plan] of wanted) {
  const { events, kills, seconds } = values;
  const result = await plan.run({
    seed: Number(values.seed),
    ...(events === undefined ? {} : { events: Number(events) }),
    ...(kills === undefined ? {} : { kills: Number(kills) }),
    ...(seconds === undefined ? {} : { seconds: Number(seconds) }),
    onProgress: (line) => console.error(`${name}: ${line}`),
  });
  const held = result.broken.length === 0;
  failed ||= held !== plan.mustHold;
  if (values.json) console.log(JSON.stringify({ plan: name, ...result }));
  else {
    console.log(`plan ${name}: ${plan.title}`);
    const { broken, injected, measured, ...counts } = result;
    console.table({ ...injected, ...counts, ...measured });
    const expected = plan.mustHold ? 'every guarantee must hold' : 'this design must fail';
    console.log(`${held ? 'held' : `broke: ${broken.join('; ')}`} (${expected})`);
  }
  if (values.write) recordResult(name, plan, result);
}
process.exit(failed ? 1 : 0);
