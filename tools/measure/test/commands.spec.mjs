import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '../src/commands.mjs';

const root = join(import.meta.dirname, '../../..');
const main = join(root, 'tools/measure/src/main.mjs');
const run = (...args) => spawnSync(process.execPath, [main, ...args], { cwd: root, encoding: 'utf8' });

describe.each(Object.entries(commands))('npm run %s', (verb, subjects) => {
  it.each(Object.entries(subjects))('%s is a file that runs from the root', (_subject, file) => {
    expect(existsSync(join(root, file))).toBe(true);
  });

  it('is a script of the root package', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(scripts[verb]).toBe(`node tools/measure/src/main.mjs ${verb}`);
  });

  it('lists its subjects when it is asked for another, and exits 2', () => {
    const { status, stderr } = run(verb, 'nothing');
    expect(status).toBe(2);
    for (const subject of Object.keys(subjects)) expect(stderr).toContain(subject);
  });
});

it('passes on options and the exit code of what it runs', () => {
  const { status, stderr } = run('faults', 'outbox', '--plan', 'no-such-plan');
  expect(status).toBe(2);
  expect(stderr).toContain('usage: npm run faults -- outbox');
});
