import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { refusal } from '@kiban/grpc/testing';
import { type ContentClient, startContent, type TestContent } from './start-content.ts';

let content: TestContent;
let reader: ContentClient;

beforeAll(async () => {
  content = await startContent();
  reader = await content.connect();
}, 60_000);
afterAll(() => content.stop());

const articles = async () => {
  const { rows } = await content.db.query<{ n: number }>('select count(*)::int as n from article');
  const { rows: events } = await content.db.query<{ n: number }>('select count(*)::int as n from outbox');
  return { articles: rows[0]?.n, events: events[0]?.n };
};

type Call = (client: ContentClient) => Promise<unknown>;
const create =
  (article: object, articleId = ''): Call =>
  (client) =>
    client.createArticle({ article: { title: 'T', ...article }, articleId });

describe('bad input is refused, names the field and stores nothing', () => {
  it.each<[string, string, Call]>([
    ['an empty title', 'article.title', create({ title: ' ' })],
    ['a title that is too long', 'article.title', create({ title: 'x'.repeat(301) })],
    ['a NUL character in a title', 'article.title', create({ title: 'a\0b' })],
    ['a body that is too long', 'article.body', create({ body: 'x'.repeat(200_001) })],
    ['a tag twice', 'article.tags', create({ tags: ['x', 'x'] })],
    ['an empty tag', 'article.tags[1]', create({ tags: ['x', ''] })],
    ['a malformed language', 'article.language', create({ language: 'english!' })],
    ['a URL that is no web address', 'article.url', create({ url: 'javascript:alert(1)' })],
    ['a time before the year 1', 'article.createTime', create({ createTime: { seconds: -99_999_999_999n } })],
    ['no article', 'article', (client) => client.createArticle({})],
    ['an id with a slash', 'articleId', create({}, 'a/b')],
    ['an id that is too long', 'articleId', create({}, 'x'.repeat(129))],
    ['a page size of 0', 'pageSize', (client) => client.listArticles({ pageSize: 0 })],
    ['a page size of 101', 'pageSize', (client) => client.listArticles({ pageSize: 101 })],
    ['a forged page token', 'pageToken', (client) => client.listArticles({ pageToken: 'AAAA' })],
    ['a filter that makes no sense', 'filter', (client) => client.listArticles({ filter: 'title ~ "x"' })],
    ['an unknown order', 'orderBy', (client) => client.listArticles({ orderBy: 'body' })],
    ['a name of another collection', 'name', (client) => client.getArticle({ name: 'users/1' })],
    ['a name of many', 'names[1]', (client) => client.batchGetArticles({ names: ['articles/1', 'articles/'] })],
    ['an update without a name', 'article.name', (client) => client.updateArticle({ article: { title: 'x' } })],
    [
      'an update mask with an unknown field',
      'updateMask',
      (client) => client.updateArticle({ article: { name: 'articles/1' }, updateMask: { paths: ['subtitle'] } }),
    ],
    [
      'an update mask with a field that never changes',
      'updateMask',
      (client) => client.updateArticle({ article: { name: 'articles/1' }, updateMask: { paths: ['create_time'] } }),
    ],
    ['a batch without rows', 'requests', (client) => client.batchCreateArticles({ requests: [] })],
    [
      'a batch of 1,001 rows',
      'requests',
      (client) => client.batchCreateArticles({ requests: Array.from({ length: 1001 }, () => ({})) }),
    ],
  ])('%s', async (_, field, call) => {
    const before = await articles();
    const refused = await refusal(call(content.editor));
    expect(refused).toMatchObject({ code: 'INVALID_ARGUMENT', fields: { [field]: expect.any(String) } });
    expect(await articles()).toEqual(before);
  });

  it('an update that takes the title away', async () => {
    const { name } = await content.editor.createArticle({ article: { title: 'T' } });
    const update = { article: { name, title: '' }, updateMask: { paths: ['title'] } };
    expect(await refusal(content.editor.updateArticle(update))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: { 'article.title': 'must not be empty' },
    });
  });

  it('a forged resume token', async () => {
    const first = content.anonymous.watchArticles({ resumeToken: 'AAAA' })[Symbol.asyncIterator]().next();
    expect(await refusal(first)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: { resumeToken: expect.any(String) },
    });
  });
});

describe('what is not there or not allowed', () => {
  it.each<[string, Call]>([
    ['get', (client) => client.getArticle({ name: 'articles/none' })],
    ['update', (client) => client.updateArticle({ article: { name: 'articles/none', title: 'x' } })],
    ['delete', (client) => client.deleteArticle({ name: 'articles/none' })],
  ])('%s of an unknown article is NOT_FOUND and names it', async (_, call) => {
    const refused = await refusal(call(content.editor));
    expect(refused).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('articles/none') });
  });

  it('a stale etag is ABORTED', async () => {
    const { name, etag } = await content.editor.createArticle({ article: { title: 'A' } });
    await content.editor.updateArticle({ article: { name, title: 'B' } });
    const late = content.editor.updateArticle({ article: { name, title: 'C', etag } });
    expect(await refusal(late)).toMatchObject({ code: 'ABORTED' });
    expect((await reader.getArticle({ name })).title).toBe('B');
  });

  const writes: [string, Call][] = [
    ['create', create({})],
    ['update', (client) => client.updateArticle({ article: { name: 'articles/1', title: 'x' } })],
    ['delete', (client) => client.deleteArticle({ name: 'articles/1' })],
    ['batch', (client) => client.batchCreateArticles({ requests: [{}] })],
  ];
  it.each(writes)('%s without a token is UNAUTHENTICATED', async (_, call) => {
    expect((await refusal(call(content.anonymous))).code).toBe('UNAUTHENTICATED');
  });
  it.each(writes)('%s with a token of a reader is PERMISSION_DENIED', async (_, call) => {
    expect((await refusal(call(reader))).code).toBe('PERMISSION_DENIED');
  });

  it('shows nothing internal when the database refuses a statement', async () => {
    await content.db.query('alter table article rename to hidden');
    try {
      const refused = await refusal(reader.getArticle({ name: 'articles/1' }));
      expect(refused.code).toBe('INTERNAL');
      expect(refused.message).not.toMatch(/relation|article|select/i);
    } finally {
      await content.db.query('alter table hidden rename to article');
    }
  });
});
