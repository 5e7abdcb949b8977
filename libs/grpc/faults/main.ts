// npm run faults -- grpc [--plan rollout|kill] [--seconds 60] [--rate 300] [--json] [--write]
// Replicas of a service as processes behind DNS (Linux: it has the addresses 127.0.0.2 and on). Exits 1 when a call
// fails that must not. --write brings docs/results/grpc-faults.md up to date.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    plan: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '300' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
process.env['GRPC_NODE_USE_ALTERNATIVE_RESOLVER'] = 'true'; // read when grpc-js is loaded: names a DNS server in targets
const { kill } = await import('./kill.ts');
const { rollout } = await import('./rollout.ts');

const options = {
  seconds: Number(values.seconds),
  perSecond: Number(values.rate),
  onProgress: (line: string) => console.error(line),
};
const rows: string[] = [];
let broken = false;
function row(plan: string, result: object, text: string, held: boolean): void {
  broken ||= !held;
  rows.push(`| ${text} | ${held ? 'held' : 'broke'} |`);
  console.log(values.json ? JSON.stringify({ plan, ...result, held }) : `${plan}: ${rows.at(-1)}`);
}

const plans: Record<string, () => Promise<void>> = {
  async rollout() {
    const result = await rollout(options);
    const { calls, failed, exits, shareAfterSeconds } = result;
    const text = `each of 3 replicas replaced by SIGTERM, one added | ${calls} | ${failed.length} | replicas ended with ${exits.join(', ')}; the added one had its share of a second after ${shareAfterSeconds.toFixed(1)} s`;
    const held = failed.length === 0 && exits.every((code) => code === 0) && shareAfterSeconds <= 10;
    row('rollout', result, text, held && calls >= options.seconds * options.perSecond * 0.95);
    for (const error of new Set(failed)) console.error(error);
  },
  async kill() {
    const result = await kill(options);
    const { calls, idempotentFailed, inFlightFailed, othersFailed } = result;
    const failed = idempotentFailed.length + inFlightFailed + othersFailed.length;
    const text = `one of 3 replicas killed by SIGKILL | ${calls} | ${failed} | ${inFlightFailed} in flight on it and not idempotent; idempotent ${idempotentFailed.length}, others ${othersFailed.length}`;
    row('kill', result, text, failed === inFlightFailed);
    for (const error of new Set([...idempotentFailed, ...othersFailed])) console.error(error);
  },
};
const names = values.plan ? [values.plan] : Object.keys(plans);
for (const name of names) {
  const plan = plans[name];
  if (!plan) {
    console.error(`there is no plan "${name}"; one of ${Object.keys(plans).join(', ')}`);
    process.exit(2);
  }
  console.error(`${name}: ${values.rate} calls/s for ${values.seconds} s`);
  await plan();
}

if (values.write) {
  const head = `# Fault injection: replicas behind DNS
Regenerate with \`npm run faults -- grpc --write\`. Each replica is a process on an address of its own; one client with the
settings of every client of ours; ${values.rate} calls/s for ${values.seconds} s each. DNS goes on naming a replica for a second after it
was told to end. Calls of the second plan are idempotent and not in turn. Node ${process.version}.

| what | calls | failed | seen | verdict |
|---|---|---|---|---|
`;
  writeFileSync(join(import.meta.dirname, '../../../docs/results/grpc-faults.md'), `${head}${rows.join('\n')}\n`);
}
process.exit(broken ? 1 : 0);
