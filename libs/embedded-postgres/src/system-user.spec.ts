import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { PostgresError } from './postgres-error.ts';
import { postgresUser } from './system-user.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kiban-spec-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function passwd(text: string): string {
  const file = join(directory, 'passwd');
  writeFileSync(file, text);
  return file;
}

it('lets an ordinary user run PostgreSQL as themselves', () => {
  expect(postgresUser(passwd('nobody:x:65534:65534::/:/bin/false\n'), 1000)).toBeUndefined();
});

it('gives root the account nobody, by the numbers of this system', () => {
  const file = passwd('root:x:0:0::/root:/bin/sh\nnobody:x:99:98::/:/bin/false\n');
  expect(postgresUser(file, 0)).toEqual({ name: 'nobody', uid: 99, gid: 98 });
});

it('reads the negative numbers of macOS as the system does', () => {
  expect(postgresUser(passwd('nobody:*:-2:-2::/:/bin/false\n'), 0)).toMatchObject({ uid: 4294967294 });
});

it('tells root what to do where there is no such account', () => {
  expect(() => postgresUser(passwd('root:x:0:0::/root:/bin/sh\n'), 0)).toThrow(PostgresError);
  expect(() => postgresUser(passwd(''), 0)).toThrow('Start Kiban as an ordinary user');
});
