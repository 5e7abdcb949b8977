// Runs the conformance suite and writes its result table: npm run conformance:pubsub [-- --json]
// --json: one object with the counts and the failures on stdout.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const here = import.meta.dirname;
const root = join(here, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'conformance-'));
const report = join(scratch, 'report.json');
try {
  execFileSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules/jest/bin/jest.js'),
      'test/conformance',
      '--json',
      `--outputFile=${report}`,
    ],
    // Jest reports to stderr; stdout stays for --json.
    { cwd: here, stdio: ['ignore', 2, 2] },
  );
} catch {
  console.error('some tests fail: the table says which');
}
const { testResults, numPassedTests, numTotalTests } = JSON.parse(readFileSync(report, 'utf8'));
rmSync(scratch, { recursive: true });
const client = JSON.parse(readFileSync(join(root, 'node_modules/@google-cloud/pubsub/package.json'), 'utf8')).version;
const rows = testResults
  .toSorted((a, b) => a.name.localeCompare(b.name))
  .flatMap(({ name, assertionResults }) =>
    assertionResults.map(
      ({ title, status }) => `| ${basename(name, '.spec.ts')} | ${title.replaceAll('|', '\\|')} | ${status} |`,
    ),
  );
const file = join(root, 'docs/results/pubsub-conformance.md');
mkdirSync(join(file, '..'), { recursive: true });
writeFileSync(
  file,
  `# The embedded Pub/Sub against the official client
Written by \`npm run conformance:pubsub\`: the unmodified @google-cloud/pubsub ${client} drives the emulator.
${numPassedTests} of ${numTotalTests} pass.

| area | behaviour | result |
|---|---|---|
${rows.join('\n')}
`,
);
const failed = testResults.flatMap(({ assertionResults }) =>
  assertionResults.filter(({ status }) => status !== 'passed').map(({ title }) => title),
);
console.log(
  process.argv.includes('--json')
    ? JSON.stringify({ client, total: numTotalTests, passed: numPassedTests, failed })
    : `${numPassedTests} of ${numTotalTests} pass; table in docs/results/pubsub-conformance.md`,
);
process.exit(numPassedTests === numTotalTests ? 0 : 1);
