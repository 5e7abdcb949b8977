import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { refusal } from '@kiban/grpc/testing';
import { startContent, type TestContent } from './start-content.ts';

let content: TestContent;

beforeAll(async () => {
  content = await startContent();
  const requests = Array.from({ length: 25 }, (_, i) => ({
    articleId: `a${String(i).padStart(2, '0')}`,
    article: {
      title: `Title ${(i * 7) % 25}`,
      tags: i % 2 ? ['odd', 'all'] : ['all'],
      language: i < 5 ? 'ja' : 'en',
      // Five share each time, so that pages have to break ties.
      createTime: { seconds: BigInt(Math.floor(i / 5)), nanos: 1000 },
    },
  }));
  await content.editor.batchCreateArticles({ requests });
}, 60_000);
afterAll(() => content.stop());

async function walk(request: { filter?: string; orderBy?: string; pageSize?: number }): Promise<string[]> {
  const ids: string[] = [];
  let pageToken = '';
  do {
    const page = await content.anonymous.listArticles({ ...request, pageToken });
    ids.push(...page.articles.map((article) => article.name.slice('articles/'.length)));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return ids;
}

describe('listing articles', () => {
  it.each(['', 'create_time', 'update_time', 'update_time desc', 'title'])(
    'gives every article once, in order, page by page: %j',
    async (orderBy) => {
      const ids = await walk({ orderBy, pageSize: 4 });
      expect(ids).toHaveLength(25);
      expect(new Set(ids).size).toBe(25);
      expect(ids).toEqual(await walk({ orderBy, pageSize: 100 }));
    },
  );

  it('gives the newest first and 20 at the most by default', async () => {
    const { articles, nextPageToken } = await content.anonymous.listArticles({});
    expect(articles.map((article) => Number(article.createTime?.seconds))).toEqual(
      [4, 3, 2, 1].flatMap((second) => Array.from({ length: 5 }, () => second)),
    );
    expect(nextPageToken).not.toBe('');
  });

  it('gives what all terms of the filter agree on', async () => {
    expect(await walk({ filter: 'tag = "odd" AND language = "ja"', orderBy: 'create_time' })).toEqual(['a01', 'a03']);
    const second = 'create_time >= "1970-01-01T00:00:02.000001Z" AND create_time < "1970-01-01T00:00:03.000001Z"';
    expect(await walk({ filter: second, orderBy: 'create_time' })).toEqual(['a10', 'a11', 'a12', 'a13', 'a14']);
  });

  it('neither repeats nor skips an article when others are written between two pages', async () => {
    const first = await content.anonymous.listArticles({ orderBy: 'create_time', pageSize: 10 });
    const early = { title: 'early', createTime: { seconds: 0n } };
    const { name } = await content.editor.createArticle({ article: early, articleId: 'early' });
    const { nextPageToken: pageToken } = first;
    const second = await content.anonymous.listArticles({ orderBy: 'create_time', pageSize: 10, pageToken });
    expect(second.articles[0]?.name).toBe('articles/a10');
    await content.editor.deleteArticle({ name });
  });
});

describe('a page token', () => {
  it.each([
    ['of another filter', { filter: 'language = "en"' }],
    ['of another order', { orderBy: 'title' }],
  ])('%s is refused, naming pageToken', async (_, other) => {
    const { nextPageToken: pageToken } = await content.anonymous.listArticles({ pageSize: 2 });
    const refused = await refusal(content.anonymous.listArticles({ pageSize: 2, pageToken, ...other }));
    expect(refused).toMatchObject({ code: 'INVALID_ARGUMENT', fields: { pageToken: expect.any(String) } });
  });

  it('made by hand is refused, naming pageToken', async () => {
    const pageToken = Buffer.from('a00\n0').toString('base64url');
    expect(await refusal(content.anonymous.listArticles({ pageToken }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: { pageToken: expect.any(String) },
    });
  });

  it('of one replica is good at another', async () => {
    const { nextPageToken: pageToken } = await content.anonymous.listArticles({ pageSize: 2 });
    await content.startReplica();
    const page = await content.anonymous.listArticles({ pageSize: 2, pageToken });
    expect(page.articles).toHaveLength(2);
  });
});
