import { beforeAll, expect, it } from '@jest/globals';
import { until } from '@kiban/testing';
import { type Ask, ask } from '../src/rest.ts';

const EDITOR: Ask = { user: 'editor', roles: ['editor'] };
const READER: Ask = { user: 'fresh-reader' };

const article = (id: string, title: string, tags: string[]) =>
  ask(
    'POST',
    `/v1/articles?articleId=${id}`,
    { title, body: `${title}, explained at length.`, tags, language: 'en' },
    EDITOR,
  );

async function names(path: string, list: string, as: Ask = {}): Promise<string[]> {
  const { json } = await ask('GET', path, undefined, as);
  const rows = ((json as Record<string, unknown>)[list] ?? []) as { article: { name: string } }[];
  return rows.map((row) => row.article.name);
}

beforeAll(async () => {
  await article('fresh-1', 'Zephyr turbines in coastal winds', ['zephyr']);
  await article('fresh-2', 'Zephyr turbines and their blades', ['zephyr']);
  await article('fresh-9', 'Pickling cucumbers at home', ['kitchen']);
});

it('shows a new article in the similar list of its neighbour and in the search', async () => {
  await article('fresh-3', 'Zephyr turbines for small harbours', ['zephyr']);
  await until(async () => (await names('/v1/articles/fresh-1/similar', 'articles')).includes('articles/fresh-3'));
  await until(async () =>
    (await names('/v1/articles:search?query=zephyr+harbours', 'results')).includes('articles/fresh-3'),
  );
});

it('forgets a deleted article everywhere', async () => {
  await article('fresh-4', 'Zephyr turbines that never were', ['zephyr']);
  await until(async () =>
    (await names('/v1/articles:search?query=zephyr+turbines', 'results')).includes('articles/fresh-4'),
  );
  await ask('DELETE', '/v1/articles/fresh-4', undefined, EDITOR);
  await until(
    async () => !(await names('/v1/articles:search?query=zephyr+turbines', 'results')).includes('articles/fresh-4'),
  );
});

it('changes the recommendations of a reader after an interaction, and never repeats what was read', async () => {
  const path = '/v1/users/fresh-reader/recommendations';
  await until(async () => (await names(path, 'articles', READER)).includes('articles/fresh-1'));
  const read = await ask('POST', '/v1/users/me/interactions', { article: 'articles/fresh-1', type: 'LIKE' }, READER);
  expect(read.status).toBe(200);
  await until(async () => {
    const now = await names(path, 'articles', READER);
    return !now.includes('articles/fresh-1') && now[0]?.startsWith('articles/fresh-') === true;
  });
});

it('erases a reader', async () => {
  await ask('POST', '/v1/users/me/interactions', { article: 'articles/fresh-2', type: 'VIEW' }, READER);
  expect((await ask('DELETE', '/v1/users/me', undefined, READER)).status).toBe(200);
  const { json } = await ask('GET', '/v1/users/me/interactions', undefined, READER);
  expect((json as { interactions?: unknown[] }).interactions ?? []).toEqual([]);
  await until(async () =>
    (await names('/v1/users/me/recommendations', 'articles', READER)).includes('articles/fresh-2'),
  );
});

it('streams changes of articles', async () => {
  const abort = new AbortController();
  // The answer begins with the first change, so changes go on until one arrives.
  const opening = fetch(`${process.env['E2E_GATEWAY']}/v1/articles:watch`, { signal: abort.signal });
  let opened = false;
  void opening.then(() => (opened = true));
  for (let n = 0; !opened && n < 100; n++) await article(`streamed-${n}`, `Zephyr turbines, streamed ${n}`, ['zephyr']);
  const reader = (await opening).body!.getReader();
  let text = '';
  while (!text.includes('"CREATED"')) {
    const { value, done } = await reader.read();
    if (done) break;
    text += Buffer.from(value).toString();
  }
  abort.abort();
  expect(text).toMatch(/articles\/streamed-\d+/);
});
