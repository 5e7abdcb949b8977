import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { BulkServer } from './bulk-server.ts';
import { runData } from './run-data.ts';

let server: BulkServer;
let dir: string;
let seed: (...args: string[]) => ReturnType<typeof runData>['done'];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'kiban-seed-'));
  server = new BulkServer();
  const url = await server.listen();
  seed = (...args) => runData(dir, 'seed', '--gateway', url, '--token', 't', ...args).done;
});

afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

it('is not done before the index knows what was seeded', async () => {
  server.asksUntilIndexed = 3;
  expect(await seed()).toMatchObject({ code: 0 });
  expect(server.asksUntilIndexed).toBeLessThan(0);
});

it('seeds once, and when told to again changes nothing', async () => {
  const first = await seed();
  expect(first).toMatchObject({
    code: 0,
    output: expect.stringContaining('interactions of simulated readers (sim-0001'),
  });
  const [articles, interactions] = [server.articles.size, server.interactions.size];
  expect(articles).toBeGreaterThan(1_000);
  const calls = server.requests.length;
  expect(await seed()).toMatchObject({ code: 0, output: expect.stringContaining('seeded already') });
  expect(server.requests.length).toBe(calls);
  expect((await seed('--force')).code).toBe(0);
  expect([server.articles.size, server.interactions.size]).toEqual([articles, interactions]);
});

it('reads only articles that it has seeded', async () => {
  await seed();
  expect(server.interactions.size).toBeGreaterThan(1_000);
  const unknown = [...server.interactions.values()].filter(
    ({ article }) => !server.articles.has(String(article).slice(9)),
  );
  expect(unknown).toEqual([]);
});

it('tries again next time when a row was refused', async () => {
  server.refuse = (row) => (row['articleId'] === 'grid' ? { code: 3, message: 'no grids' } : undefined);
  expect(await seed('--json')).toMatchObject({ code: 1, output: expect.stringContaining('no grids') });
  expect(existsSync(join(dir, 'seed.json'))).toBe(false);
});
