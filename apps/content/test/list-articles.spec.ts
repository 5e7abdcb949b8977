import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ContentService } from '@kiban/contracts/kiban/content/v1';
import { createGrpcClient } from '@kiban/grpc';
import { refusal } from '@kiban/grpc/testing';
import { startContent, type TestContent } from './start-content.ts';

const IDS = Array.from({ length: 25 }, (_, i) => `a${String(i).padStart(2, '0')}`);
const titleOf = (id: string) => `Title ${(Number(id.slice(1)) * 7) % 25}`;

let content: TestContent;

beforeAll(async () => {
  content = await startContent();
  const requests = IDS.map((articleId, i) => ({
    articleId,
    article: {
      title: titleOf(articleId),
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
  it.each([
    ['', IDS.toReversed()],
    ['create_time', IDS],
    // All were written in one transaction, so that the id decides.
    ['update_time', IDS],
    ['update_time desc', IDS.toReversed()],
    ['title', IDS.toSorted((a, b) => (titleOf(a) < titleOf(b) ? -1 : 1))],
  ])('gives every article once, in order, page by page: %j', async (orderBy, expected) => {
    expect(await walk({ orderBy, pageSize: 4 })).toEqual(expected);
    expect(await walk({ orderBy, pageSize: 100 })).toEqual(expected);
  });

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
    expect(second.articles.map((article) => article.name)).toEqual(IDS.slice(10, 20).map((id) => `articles/${id}`));
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
    const other = createGrpcClient(ContentService, (await content.startReplica()).grpc);
    const page = await other.listArticles({ pageSize: 2, pageToken });
    other.close();
    expect(page.articles.map(({ name }) => name)).toEqual(['articles/a22', 'articles/a21']);
  });
});
