// npm run check: every step, each with its time; goes on after a failure so that one run shows all problems.
//   npm run check                  all steps
//   npm run check -- lint format   some steps
//   npm run check -- --long         also the steps that take minutes
//   CI=true                        prints the output of every step, not only of failed ones
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { STEPS } from './steps.mjs';
import { countTests } from './count-tests.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { long: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length) {
  console.error(`unknown step ${unknown.join(', ')}; steps: ${STEPS.map((step) => step.name).join(', ')}`);
  process.exit(2);
}

const chosen = STEPS.filter((step) =>
  positionals.length ? positionals.includes(step.name) : values.long || !step.long,
);
const verbose = Boolean(process.env.CI);
const totals = { passed: 0, failed: 0 };
const failed = [];

for (const step of chosen) {
  const started = performance.now();
  const { code, output } = await run(step.command);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (verbose || code !== 0) console.log(output.trimEnd());
  if (step.tests) {
    const counted = countTests(output);
    totals.passed += counted.passed;
    totals.failed += counted.failed;
  }
  if (code !== 0) failed.push(step.name);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${step.name.padEnd(14)} ${seconds.padStart(7)} s`);
}

if (failed.length) {
  console.log(`\nfailed: ${failed.join(', ')}; run one alone with: npm run check -- ${failed[0]}`);
  if (totals.failed === 0) totals.failed = failed.length;
}
console.log(`\nTests: ${totals.passed} passed, ${totals.failed} failed`);
process.exit(failed.length ? 1 : 0);

function run(command) {
  const child = spawn(command, {
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0', NO_COLOR: '1' },
  });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}
