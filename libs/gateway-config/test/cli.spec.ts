import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSet } from '@kiban/contracts';

const folder = mkdtempSync(join(tmpdir(), 'gateway-config-'));
const descriptor = join(folder, 'set.pb');
writeFileSync(descriptor, toBinary(FileDescriptorSetSchema, descriptorSet()));
afterAll(() => rmSync(folder, { recursive: true }));

const BFF = 'kiban.bff.v1.BffService';

function run(...args: string[]) {
  const cli = join(import.meta.dirname, '../src/cli.ts');
  return spawnSync(process.execPath, ['--conditions=@kiban/source', cli, ...args], { encoding: 'utf8' });
}

/** Whom the generated ESPv2 config asks for a token. */
function guarded(out: string): string[] {
  const config = JSON.parse(readFileSync(join(out, 'espv2-service.json'), 'utf8')) as {
    authentication: { rules: { selector: string; requirements?: unknown[] }[] };
  };
  return config.authentication.rules.filter(({ requirements }) => requirements?.length).map(({ selector }) => selector);
}

test('any API gets its configs; without a policy each of its methods needs a token, and it says what to decide', () => {
  const out = join(folder, 'undecided');
  const { status, stderr } = run('--descriptor', descriptor, '--services', BFF, '--out', out);
  expect([status, stderr]).toEqual([0, expect.stringContaining(`warning: ${BFF}.ListArticles has neither`)]);
  expect(stderr).toContain('--policy policy.json');
  expect(guarded(out)).toContain(`${BFF}.ListArticles`);
  for (const file of ['envoy.json', 'routes.json', 'openapi.json']) expect(existsSync(join(out, file))).toBe(true);
});

test('a policy file decides, and what it leaves open is an error', () => {
  const policy = join(folder, 'policy.json');
  writeFileSync(policy, JSON.stringify({ access: { [`${BFF}.ListArticles`]: 'public' } }));
  const { status, stderr } = run('--descriptor', descriptor, '--services', BFF, '--policy', policy, '--out', folder);
  expect(status).toBe(1);
  expect(stderr).toContain(`${BFF}.GetArticle has neither an auth rule`);
  expect(stderr).not.toContain('ListArticles');
});

test.each([
  ['a file that is not there', ['--descriptor', '/nowhere.pb'], 'cannot be read'],
  ['a file that is no descriptor set', ['--descriptor', import.meta.filename], 'is no descriptor set; make one with'],
])('%s is named, without a stack', (_, args, problem) => {
  const { status, stderr } = run(...args, '--out', folder);
  expect([status, stderr]).toEqual([2, expect.stringContaining(problem)]);
  expect(stderr).not.toContain('    at ');
});

test('what is wrong with the call is said in a sentence', () => {
  const out = join(folder, 'never');
  for (const [says, ...args] of [
    ['--out is needed'],
    ["Unknown option '--bogus'", '--bogus'],
    ['expected host:port', '--out', out, '--backend', 'nowhere'],
    ['cannot be read', '--out', out, '--descriptor', '/nowhere/set.pb'],
    ['is no JSON', '--out', out, '--descriptor', descriptor, '--policy', descriptor],
  ] as const) {
    const { status, stderr } = run(...args);
    expect(stderr).toContain(says);
    expect(stderr).not.toContain('    at ');
    expect(status).toBe(2);
  }
  expect(existsSync(out)).toBe(false);
});
