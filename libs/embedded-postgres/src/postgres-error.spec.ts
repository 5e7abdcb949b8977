import { expect, it } from '@jest/globals';
import { PostgresError } from './postgres-error.ts';

const place = { directory: '/data', port: 5432 };

it.each([
  ['FATAL:  could not write lock file "postmaster.pid": No space left on device', 'disk-full'],
  ['LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', 'port-in-use'],
  ['LOG:  could not bind IPv4 address "127.0.0.1": Permission denied', 'port-in-use'],
  ['FATAL:  lock file "postmaster.pid" already exists', 'already-running'],
  ['FATAL:  could not open directory "base": No such file or directory', 'did-not-start'],
  ['', 'did-not-start'],
])('reads %p as %s', (output, reason) => {
  expect(PostgresError.fromOutput(output, 'PostgreSQL', place).reason).toBe(reason);
});

it('quotes the fatal line, and keeps the last lines for a log', () => {
  const error = PostgresError.fromOutput('LOG:  a\nFATAL:  the reason\nLOG:  shut down\n', 'PostgreSQL', place);
  expect(error.message).toBe(
    'PostgreSQL failed: the reason. If it happens again, delete /data to begin with an empty database.',
  );
  expect(error.output).toContain('LOG:  a');
});

it.each([
  ['ENOSPC', 'disk-full'],
  ['EDQUOT', 'disk-full'],
  ['EACCES', 'not-writable'],
  ['EROFS', 'not-writable'],
])('turns %s into %s', (code, reason) => {
  expect(PostgresError.fromFileSystem(Object.assign(new Error(code), { code }), '/data')).toMatchObject({ reason });
});

it('passes other errors through', () => {
  const error = new TypeError('a bug');
  expect(PostgresError.fromFileSystem(error, '/data')).toBe(error);
});
