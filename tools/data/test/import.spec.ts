import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { BulkServer } from './bulk-server.ts';
import { runData } from './run-data.ts';

let server: BulkServer;
let url: string;
let dir: string;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'kiban-import-'));
  server = new BulkServer();
  url = await server.listen();
});

afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

const article = (id: string) => JSON.stringify({ id, title: `Title of ${id}`, body: 'text', tags: ['a'] });
const interaction = (user: string, id: string) =>
  JSON.stringify({ user, article: id, type: 'VIEW', time: '2026-01-02T03:04:05Z' });

function file(name: string, lines: readonly string[]): string {
  const path = join(dir, name);
  writeFileSync(path, lines.join('\n'));
  return path;
}

const run = (...args: string[]) => runData(join(dir, 'state'), 'import', ...args);

const ARTICLES = Array.from({ length: 1_200 }, (_, index) => article(`a${index}`));

it('takes every row of both files, and again without changing anything', async () => {
  const files = [
    file('articles.jsonl', ARTICLES),
    file('interactions.jsonl', [interaction('u1', 'a1'), interaction('u2', 'a1'), '']),
  ];
  const first = await run(...files, '--gateway', url, '--token', 't').done;
  expect(first).toMatchObject({ code: 0, output: expect.stringContaining('1200 rows accepted, 0 refused') });
  const ids = [...server.interactions.keys()];
  expect([server.articles.size, ids.length]).toEqual([1_200, 2]);
  expect((await run(...files, '--gateway', url, '--token', 't').done).code).toBe(0);
  expect([...server.interactions.keys()]).toEqual(ids);
  expect(server.articles.get('a7')).toEqual({
    articleId: 'a7',
    article: { title: 'Title of a7', body: 'text', tags: ['a'] },
  });
});

it('names bad lines by their number, takes the rest and ends with 1', async () => {
  const lines = [article('a1'), '{oops', '{"id":"a 2","title":"x"}', '{"id":"a3"}', article('a4')];
  server.refuse = (row) => (row['articleId'] === 'a4' ? { code: 3, message: 'title: too long' } : undefined);
  const path = file('articles.jsonl', lines);
  const { code, output } = await run(path, '--gateway', url, '--token', 't').done;
  expect(code).toBe(1);
  for (const line of [2, 3, 4]) expect(output).toContain(`${path}:${line} refused: `);
  expect(output).toContain(`${path}:5 refused: title: too long`);
  expect(output).toContain('5 lines, 1 rows accepted, 4 refused');
  expect([...server.articles.keys()]).toEqual(['a1']);
});

it('finds the one row for which a whole batch was refused', async () => {
  server.intercept = (_path, rows) =>
    rows.some((row) => row['articleId'] === 'a777')
      ? { status: 400, body: { code: 3, message: 'bad row' } }
      : undefined;
  const path = file('articles.jsonl', ARTICLES);
  const { code, output } = await run(path, '--gateway', url, '--token', 't').done;
  expect(code).toBe(1);
  expect(output).toMatch(new RegExp(`:778 refused: .*bad row`));
  expect(server.articles.size).toBe(1_199);
});

it('waits when the platform is busy or asks for patience', async () => {
  const answers = [429, 503];
  server.intercept = () => {
    const status = answers.pop();
    return status ? { status, headers: { 'retry-after': '0' } } : undefined;
  };
  const { code } = await run(file('articles.jsonl', ARTICLES.slice(0, 3)), '--gateway', url, '--token', 't').done;
  expect([code, server.articles.size, server.requests.length]).toEqual([0, 3, 3]);
});

it('asks again when an answer breaks off', async () => {
  let broken = 0;
  server.intercept = () => (broken++ === 0 ? { status: 200, breaksOff: true } : undefined);
  const { code, output } = await run(file('articles.jsonl', ARTICLES.slice(0, 3)), '--gateway', url, '--token', 't')
    .done;
  expect([code, output]).toEqual([0, expect.stringContaining('3 rows accepted, 0 refused')]);
});

it('says so when what answers is no gateway of Kiban', async () => {
  server.intercept = () => ({ status: 200, text: '<html>' });
  const { code, output } = await run(file('articles.jsonl', ARTICLES.slice(0, 3)), '--gateway', url, '--token', 't')
    .done;
  expect([code, output]).toEqual([1, expect.stringContaining('answered no JSON')]);
});

it('goes on where it was killed', async () => {
  const path = file('articles.jsonl', ARTICLES);
  const killed = Promise.withResolvers<void>();
  server.intercept = () => {
    if (server.requests.length < 2) return undefined;
    first.child.kill('SIGKILL');
    killed.resolve();
    return { status: 503 };
  };
  const first = run(path, '--gateway', url, '--token', 't');
  await killed.promise;
  await first.done;
  server.intercept = () => undefined;
  server.requests.length = 0;
  const { code, output } = await run(path, '--gateway', url, '--token', 't').done;
  expect(output).toContain('going on behind line 500');
  expect(output).toContain('1200 lines, 1200 rows accepted, 0 refused');
  expect([code, server.articles.size]).toEqual([0, 1_200]);
  expect(server.requests.reduce((sum, { rows }) => sum + rows, 0)).toBe(700);
});

it.each([
  ['no file', [], 'usage: npm run import'],
  ['a file that is not there', ['/nowhere.jsonl', '--token', 't'], '/nowhere.jsonl is not a file'],
  ['an unknown flag', ['--fast'], "Unknown option '--fast'"],
  ['an address that is none', ['package.json', '--gateway', 'here', '--token', 't'], 'not here'],
  ['another machine without a token', ['package.json', '--gateway', 'https://kiban.example'], '--token is needed'],
])('ends with 2 on %s', async (_, args, message) => {
  expect(await run(...args).done).toEqual({ code: 2, output: expect.stringContaining(message) });
});

it('finds the platform that runs on the state folder, and says what to type when none does', async () => {
  const path = file('articles.jsonl', [article('a1')]);
  const { code, output } = await run(path, '--token', 't').done;
  expect([code, output]).toEqual([2, expect.stringContaining('nothing runs here: npm start first')]);
  mkdirSync(join(dir, 'state'), { recursive: true });
  writeFileSync(join(dir, 'state/run.json'), JSON.stringify({ gateway: url }));
  expect((await run(path, '--token', 't').done).output).toContain('1 rows accepted, 0 refused');
});
