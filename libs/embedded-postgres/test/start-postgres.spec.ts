import { spawn } from 'node:child_process';
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { deletePostgres, type RunningPostgres, startPostgres } from '../src/index.ts';
import { failure, initCache, query, scratch } from './support.ts';

describe('a server', () => {
  const place = scratch();
  const dataDir = join(place.path, '.kiban', 'postgres');
  const start = () => startPostgres({ dataDir, databases: ['content', 'similarity'], initCache });
  let server: RunningPostgres;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(async () => {
    await server.stop();
    place.remove();
  });

  it('has the databases asked for, in UTF-8 with the builtin C.UTF-8 order', async () => {
    const rows = await query(
      server,
      'content',
      `SELECT current_setting('server_version_num')::int / 10000 AS major, datlocprovider, datlocale,
        pg_encoding_to_char(encoding) AS encoding, lower('ÄÖ') AS lower
       FROM pg_database WHERE datname = current_database()`,
    );
    expect(rows).toEqual([{ major: 18, datlocprovider: 'b', datlocale: 'C.UTF-8', encoding: 'UTF8', lower: 'äö' }]);
    expect(await query(server, 'similarity', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('listens on the loopback address only, with a password, and is durable', async () => {
    const rows = await query(
      server,
      'postgres',
      `SELECT current_setting('listen_addresses') AS listen, current_setting('unix_socket_directories') AS socket,
        current_setting('fsync') AS fsync,
        (SELECT array_agg(DISTINCT auth_method) FROM pg_hba_file_rules) AS auth`,
    );
    expect(rows).toEqual([{ listen: '127.0.0.1', socket: '', fsync: 'on', auth: ['scram-sha-256'] }]);
    const wrong = { ...server, url: (name: string) => server.url(name).replace(/:[0-9a-f]+@/, ':wrong@') };
    await expect(query(wrong, 'content', 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
  });

  it('refuses a second supervisor and names the first', async () => {
    const error = await failure(start());
    expect(error.reason).toBe('already-running');
    expect(error.message).toContain(`already run by process ${process.pid}`);
  });

  it('keeps the data over a stop and a start, which is quick', async () => {
    await query(server, 'content', 'CREATE TABLE kept AS SELECT 42 AS answer');
    await server.stop();
    await server.stop();
    expect(await server.exited).toEqual({ expected: true, code: 0, signal: null });
    const before = performance.now();
    server = await start();
    expect(performance.now() - before).toBeLessThan(3_000);
    expect(await query(server, 'content', 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('passes the server log on', async () => {
    await server.stop();
    const lines: string[] = [];
    server = await startPostgres({ dataDir, onLog: (line) => lines.push(line) });
    await server.stop();
    expect(lines.some((line) => line.includes('ready to accept connections'))).toBe(true);
    expect(lines.some((line) => line.includes('database system is shut down'))).toBe(true);
    server = await start();
  });

  it('tells when the server ended without being asked', async () => {
    process.kill(server.pid, 'SIGQUIT');
    expect(await server.exited).toMatchObject({ expected: false });
    server = await start();
    expect(await query(server, 'content', 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });
});

describe('what a directory may hold', () => {
  let place: ReturnType<typeof scratch>;
  let dataDir: string;
  const start = (onLog: (line: string) => void = () => undefined) => startPostgres({ dataDir, initCache, onLog });
  const fresh = () => {
    place = scratch();
    dataDir = join(place.path, 'postgres');
  };
  const stopped = async () => {
    fresh();
    await (await start()).stop();
  };
  afterEach(() => place.remove());

  it('leaves a directory with foreign files alone', async () => {
    fresh();
    dataDir = place.path;
    writeFileSync(join(dataDir, 'thesis.txt'), 'years of work');
    const error = await failure(start());
    expect(error.reason).toBe('not-ours');
    expect(error.message).toContain('thesis.txt');
    expect(readFileSync(join(dataDir, 'thesis.txt'), 'utf8')).toBe('years of work');
  });

  it('begins anew, and says so, when the data was only half written', async () => {
    await stopped();
    rmSync(join(dataDir, 'data', 'kiban.json'));
    const lines: string[] = [];
    const server = await start((line) => lines.push(line));
    await server.stop();
    expect(lines[0]).toContain('only half written; it was moved to');
  });

  it('clears what an initdb killed in the middle left', async () => {
    await stopped();
    renameSync(join(dataDir, 'data'), join(dataDir, 'staging-abc'));
    rmSync(join(dataDir, 'staging-abc', 'global'), { recursive: true });
    await (await start()).stop();
    expect(existsSync(join(dataDir, 'staging-abc'))).toBe(false);
  });

  it('refuses data of another major version', async () => {
    await stopped();
    writeFileSync(join(dataDir, 'data', 'PG_VERSION'), '17\n');
    const error = await failure(start());
    expect(error.reason).toBe('wrong-version');
    expect(error.message).toMatch(/written by PostgreSQL 17, and this is PostgreSQL 18\.\d+.*Delete the directory/);
  });

  it('says when the password is lost or wrong', async () => {
    await stopped();
    writeFileSync(join(dataDir, 'password'), 'guess');
    expect((await failure(startPostgres({ dataDir, databases: ['content'] }))).reason).toBe('password-missing');
    rmSync(join(dataDir, 'password'));
    expect((await failure(start())).reason).toBe('password-missing');
  });

  it('starts after a power cut: a stale postmaster.pid whose number another program has now', async () => {
    await stopped();
    // PostgreSQL believes such a file only when it may signal the process: one of the same user.
    const { uid, gid } = statSync(join(dataDir, 'data'));
    const other = spawn('sleep', ['60'], { uid, gid, cwd: '/', stdio: 'ignore' });
    writeFileSync(join(dataDir, 'data', 'postmaster.pid'), `${other.pid}\n${dataDir}/data\n1\n5432\n\n\n\nready\n`);
    const server = await start();
    expect(other.exitCode).toBeNull();
    await server.stop();
    other.kill();
  });

  it('is deleted with everything in it', async () => {
    await stopped();
    await deletePostgres(dataDir);
    expect(existsSync(dataDir)).toBe(false);
  });
});

describe('a cache of fresh data', () => {
  it('is made by the first start, used by the next, and made anew when it is old', async () => {
    const place = scratch();
    const start = async (name: string) =>
      (await startPostgres({ dataDir: join(place.path, name), initCache: place.path, durable: false })).stop();
    await start('first');
    const cached = join(place.path, readdirSync(place.path).find((name) => name.startsWith('kiban-initdb-')) ?? '');
    await start('second');
    expect(readFileSync(join(place.path, 'second', 'password'), 'utf8')).toBe(
      readFileSync(join(place.path, 'first', 'password'), 'utf8'),
    );

    rmSync(join(cached, 'data', 'base'), { recursive: true }); // as systems that clear old temporary files do
    const old = new Date(Date.now() - 6 * 24 * 60 * 60 * 1000);
    utimesSync(cached, old, old);
    await start('third');
    expect(statSync(cached).mtimeMs).toBeGreaterThan(old.getTime() + 60_000);
    expect(existsSync(join(cached, 'data', 'base'))).toBe(true);
    place.remove();
  });
});

describe('a busy port', () => {
  const place = scratch();
  let other: Server;
  beforeAll(() => new Promise<void>((resolve) => (other = createServer().listen(0, '127.0.0.1', resolve))));
  afterAll(() => {
    other.close();
    place.remove();
  });

  it('gives one sentence that says what to do', async () => {
    const { port } = other.address() as { port: number };
    const error = await failure(startPostgres({ dataDir: join(place.path, 'postgres'), port, initCache }));
    expect(error.reason).toBe('port-in-use');
    expect(error.message).toBe(
      `PostgreSQL cannot listen on 127.0.0.1:${port}: another program holds the port. Stop it or choose another port (0 picks a free one).`,
    );
  });
});
