// npm run bench -- auth [--rounds 15] [--calls 2000] [--json] [--write]: CPU of verifying a token, anew and remembered. Every
// round measures all of them, in a changing order; the same verifier measured twice (A/A) shows what is noise.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from '@kiban/testing';
import { createTokenVerifier, ensureDevelopmentKeys, mintDevelopmentToken, type TokenVerifier } from '../src/index.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    calls: { type: 'string', default: '2000' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const calls = Number(values.calls);

const dir = mkdtempSync(join(tmpdir(), 'kiban-auth-bench-'));
const { jwksFile: jwks, issuer, audience } = await ensureDevelopmentKeys(dir);
const tokens = await Promise.all(
  Array.from({ length: 100 }, (_, i) => mintDevelopmentToken(dir, { subject: `user-${i}`, roles: ['editor'] })),
);
const anew = createTokenVerifier({ jwks, issuer, audience, cacheSize: 0 });
const verifiers: Record<string, TokenVerifier> = {
  'every signature verified': anew,
  'the same again (A/A)': anew,
  'remembered (100 callers)': createTokenVerifier({ jwks, issuer, audience }),
};
const samples = new Map(Object.keys(verifiers).map((name) => [name, [] as number[]]));

for (let round = -1; round < rounds; round++) {
  const order = Object.keys(verifiers);
  if (round % 2) order.reverse();
  for (const name of order) {
    const micros = await cpuMicros(verifiers[name]!);
    if (round >= 0) samples.get(name)!.push(micros); // round -1 warms up
  }
  if (!values.json) process.stderr.write(`\rround ${round + 1} of ${rounds}`);
}
if (!values.json) process.stderr.write('\n');
rmSync(dir, { recursive: true });

const rows = [...samples].map(([name, found]) => ({ name, microsPerCall: median(found) }));
const [first, again, remembered] = rows.map(({ microsPerCall }) => microsPerCall) as [number, number, number];
const pays = remembered < first / 2;
if (values.json) console.log(JSON.stringify({ rows, noise: Math.abs(again / first - 1), pays }));
else for (const { name, microsPerCall } of rows) console.log(`${name}: ${microsPerCall.toFixed(1)} µs CPU`);
if (values.write) writeTable();
if (!pays) console.error('remembering tokens saves less than half of the work: it is not worth its rules');
process.exit(pays ? 0 : 1);

/** All threads count: WebCrypto verifies in a pool. */
async function cpuMicros(verifier: TokenVerifier): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < calls; i++) await verifier.verify(tokens[i % tokens.length]!);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

function writeTable(): void {
  const load = loadavg()
    .map((each) => each.toFixed(1))
    .join(', ');
  const text = `# Benchmark: verifying a token
Regenerate with \`npm run bench -- auth --write\`. RS256 with 2,048 bits, Node ${process.version}; median of ${rounds} rounds of ${calls.toLocaleString('en')} calls,
all rows measured in every round. Load average at the end: ${load} (2 cores, shared).

| what | CPU per call, all threads |
|---|---|
${rows.map(({ name, microsPerCall }) => `| ${name} | ${microsPerCall.toFixed(1)} µs |`).join('\n')}
`;
  writeFileSync(join(import.meta.dirname, '../../../docs/results/auth-bench.md'), text);
}
