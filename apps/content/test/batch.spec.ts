import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BadRequestSchema, Code, type Status } from '@kiban/contracts/google/rpc';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { ArticlePublished } from '@kiban/events';
import { publishedEvents } from '@kiban/events/testing';
import { startContent, type TestContent } from './start-content.ts';

let content: TestContent;

beforeAll(async () => {
  content = await startContent();
}, 60_000);
afterAll(() => content.stop());

const fieldsOf = (status: Status | undefined) =>
  status?.details.flatMap((any) => anyUnpack(any, BadRequestSchema)?.fieldViolations.map(({ field }) => field) ?? []);

describe('creating many articles', () => {
  it('refuses bad rows alone, names their fields and creates the others', async () => {
    const { results } = await content.editor.batchCreateArticles({
      requests: [
        { articleId: 'good-1', article: { title: 'One' } },
        { articleId: '', article: { title: 'No id' } },
        { articleId: 'bad-2', article: { title: '', tags: [''] } },
        { articleId: 'bad-3' },
        { articleId: 'good-4', article: { title: 'Four' } },
      ],
    });
    expect(results.map(({ index, status }) => [index, Code[status?.code ?? -1]])).toEqual([
      [0, 'OK'],
      [1, 'INVALID_ARGUMENT'],
      [2, 'INVALID_ARGUMENT'],
      [3, 'INVALID_ARGUMENT'],
      [4, 'OK'],
    ]);
    expect(fieldsOf(results[1]?.status)).toEqual(['requests[1].articleId']);
    expect(fieldsOf(results[2]?.status)).toEqual(['requests[2].article.tags[0]', 'requests[2].article.title']);
    expect(fieldsOf(results[3]?.status)).toEqual(['requests[3].article']);
    const { articles } = await content.anonymous.batchGetArticles({
      names: ['articles/good-1', 'articles/bad-2', 'articles/good-4'],
    });
    expect(articles.map((article) => article.title)).toEqual(['One', 'Four']);
  });

  it('takes a repeated row as done, changes nothing and publishes nothing again', async () => {
    const ingest = await content.connect(['ingest']);
    const requests = [
      { articleId: 'twice', article: { title: 'First' } },
      { articleId: 'twice', article: { title: 'Same batch' } },
    ];
    await ingest.batchCreateArticles({ requests });
    const again = [{ articleId: 'twice', article: { title: 'Another batch' } }];
    const { results } = await ingest.batchCreateArticles({ requests: again });
    expect(results.map(({ status }) => status?.code)).toEqual([Code.OK]);
    expect((await ingest.getArticle({ name: 'articles/twice' })).title).toBe('First');
    const events = publishedEvents(await content.published(), ArticlePublished);
    expect(events.filter((event) => event.article?.articleId === 'twice')).toHaveLength(1);
  });

  it('creates thousands, also when two callers send the same ones at once', async () => {
    const ids = Array.from({ length: 2000 }, (_, i) => `bulk-${i}`);
    const batch = (part: string[]) =>
      content.editor.batchCreateArticles({
        requests: part.map((articleId) => ({ articleId, article: { title: articleId, body: 'word '.repeat(200) } })),
      });
    const halves = [ids.slice(0, 1000), ids.slice(1000)];
    await Promise.all([...halves, ...halves.map((half) => half.toReversed())].map(batch));
    const { rows } = await content.db.query<{ n: number }>(
      "select count(*)::int as n from article where article_id like 'bulk-%'",
    );
    expect(rows[0]?.n).toBe(2000);
    const events = publishedEvents(await content.published(), ArticlePublished);
    expect(events.filter((event) => event.article?.articleId.startsWith('bulk-'))).toHaveLength(2000);
  }, 30_000);
});
