import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from '@jest/globals';
import { create, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSet } from '@kiban/contracts';

const folder = mkdtempSync(join(tmpdir(), 'standalone-'));
afterAll(() => rmSync(folder, { recursive: true }));

const STANDALONE = join(import.meta.dirname, '../src/standalone.ts');
const set = descriptorSet();
const descriptor = file('set.pb', toBinary(FileDescriptorSetSchema, set));
const imports = set.file.filter(({ name }) => !name.startsWith('google/api'));
const withoutImports = file(
  'bare.pb',
  toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: imports })),
);
const withoutRules = file('empty.pb', new Uint8Array());
const text = file('text.pb', 'no descriptor set');
const BFF = 'kiban.bff.v1.BffService';

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function options(json: unknown): string {
  return file(`${Math.random()}.json`, typeof json === 'string' ? json : JSON.stringify(json));
}

const base = ['--descriptor', descriptor, '--backend', '127.0.0.1:1', '--port', '0'];
const auth = { auth_required: [`${BFF}.GetArticle`], issuer: 'https://id.example' };

test.each<[problem: string, says: string, args: string[]]>([
  ['nothing', '--descriptor and --backend are needed', []],
  ['no such file', 'cannot be read', ['--descriptor', '/nowhere/set.pb', '--backend', 'a:1']],
  ['no descriptor set', 'is no descriptor set', ['--descriptor', text, '--backend', 'a:1']],
  ['no imports', 'protoc with --include_imports', ['--descriptor', withoutImports, '--backend', 'a:1']],
  ['no rules', 'no service of the descriptor set has a rule', ['--descriptor', withoutRules, '--backend', 'a:1']],
  ['no such service', '"a.B"', [...base, '--services', `a.B,${BFF}`]],
  ['no port of the backend', 'expected host:port', ['--descriptor', descriptor, '--backend', 'a:99999']],
  ['no port', 'expected 0 to 65535', [...base, '--port', 'http']],
  ['no such mode', 'unknown mode "lenient"', [...base, '--mode', 'lenient']],
  ['no such flag', '--bogus', [...base, '--bogus']],
  ['no options', 'is no JSON', [...base, '--options', options('{')]],
  ['unknown option', 'unknown option "always_print"', [...base, '--options', options({ always_print: true })]],
  [
    'wrong option',
    'expected one of ALL_CHARACTERS',
    [...base, '--options', options({ url_unescape_spec: 'EVERYTHING' })],
  ],
  ['no keys', 'auth_required needs --jwks', [...base, '--options', options(auth)]],
  ['no file of keys', 'cannot be read', [...base, '--options', options(auth), '--jwks', '/nowhere/jwks.json']],
  [
    'a method that is none',
    'no method a.B.C',
    [...base, '--options', options({ ...auth, auth_required: ['a.B.C'] }), '--jwks', 'http://127.0.0.1:1'],
  ],
])('%s: it says so, and how it is used', (_, says, args) => {
  const { status, stderr } = spawnSync(process.execPath, ['--conditions=@kiban/source', STANDALONE, ...args], {
    encoding: 'utf8',
  });
  expect(stderr).toContain(says);
  expect(stderr).not.toContain('    at ');
  expect(status).toBe(2);
});

test('a port that is taken is named', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const child = spawn(process.execPath, ['--conditions=@kiban/source', STANDALONE, ...base, '--port', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [line] = (await once(createInterface(child.stderr), 'line')) as [string];
  taken.close();
  expect(line).toBe(`port ${port} is taken; pass another --port, or 0 for a free one`);
});

test('it starts before the server of the keys, and says that tokens cannot be checked yet', async () => {
  const args = [...base, '--options', options(auth), '--jwks', 'http://127.0.0.1:1/jwks.json'];
  const child = spawn(process.execPath, ['--conditions=@kiban/source', STANDALONE, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (line.includes('--jwks cannot be read')) break;
  }
  child.kill();
  expect(lines[0]).toContain('"message":"ready"');
});
