import { connect, createServer } from 'node:net';
import { afterAll, expect, jest, test } from '@jest/globals';
import { ContentService } from '@kiban/contracts/kiban/content/v1';
import { createGrpcClient } from '@kiban/grpc';
import { startService } from '@kiban/service';
import { freePort, testPostgres, until } from '@kiban/testing';
import { pino } from 'pino';
import { contentService } from '../src/service.ts';

jest.setTimeout(60_000); // a PostgreSQL starts first

const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

test('a start without its database waits and says so, and serves when the database is there', async () => {
  const postgres = await testPostgres();
  const database = await postgres.createDatabase();
  closers.push(() => database.drop());
  const real = new URL(database.url);
  const port = await freePort(); // nobody listens there yet
  const absent = new URL(database.url);
  absent.host = `127.0.0.1:${port}`;

  const lines: Record<string, unknown>[] = [];
  const starting = startService(contentService, {
    env: {
      DATABASE_URL_CONTENT: absent.href,
      MIGRATE_ON_START: '1',
      GRPC_HOST: '127.0.0.1',
      GRPC_PORT: '0',
      OPS_PORT: '0',
      AUTH_JWKS_URL: '/nobody/signs/in',
      AUTH_ISSUER: 'https://kiban.local',
      AUTH_AUDIENCE: 'kiban',
    },
    onStart: (handle) => closers.push(() => handle.stop()),
    logger: pino({}, { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) }),
  });
  await until(() => lines.some((line) => Number(line['tries']) >= 2), {
    timeoutMs: 25_000,
    message: 'waiting was not said',
  });
  expect(lines.find((line) => 'waitingFor' in line)).toMatchObject({
    waitingFor: 'database',
    msg: expect.stringMatching(/waiting for database: Cannot connect to .*nothing listens there/),
  });

  const proxy = createServer((socket) => {
    const onward = connect(Number(real.port), real.hostname);
    for (const each of [socket, onward]) each.on('error', () => {});
    socket.pipe(onward).pipe(socket);
  }).listen(port, '127.0.0.1');
  closers.push(() => proxy.close());
  const service = await starting;
  const client = createGrpcClient(ContentService, service.grpc);
  closers.push(() => client.close());
  await expect(client.listArticles({})).resolves.toMatchObject({ articles: [] });
});
