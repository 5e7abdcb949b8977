import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ArticleDeleted, ArticlePublished, ArticleUpdated } from '@kiban/events';
import { publishedEvents } from '@kiban/events/testing';
import { refusal } from '@kiban/grpc/testing';
import { startContent, type TestContent } from './start-content.ts';

let content: TestContent;

beforeAll(async () => {
  content = await startContent();
}, 60_000);
afterAll(() => content.stop());

describe('creating an article', () => {
  it('keeps every field, makes name, times and etag, and publishes it', async () => {
    const given = {
      title: 'Grid “layout” 基盤',
      body: 'Rows\nand columns',
      tags: ['css', 'a "quoted", {odd} tag'],
      language: 'pt-BR',
      url: 'https://example.org/grid',
      authors: ['A. Author'],
      createTime: { seconds: 1_500_000_000n, nanos: 123_456_000 },
    };
    const created = await content.editor.createArticle({ article: given, articleId: 'grid.1' });
    expect(created).toMatchObject({ ...given, name: 'articles/grid.1' });
    expect(created.etag).not.toBe('');
    expect(await content.anonymous.getArticle({ name: 'articles/grid.1' })).toEqual(created);
    const events = publishedEvents(await content.published(), ArticlePublished);
    expect(events.find((event) => event.article?.articleId === 'grid.1')?.article).toMatchObject(given);
  });

  it('makes a UUID and fills in language and time when they are not given', async () => {
    const before = Date.now();
    const created = await content.editor.createArticle({ article: { title: 'T' } });
    expect(created.name).toMatch(/^articles\/[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(created.language).toBe('en');
    expect(Number(created.createTime?.seconds) * 1000).toBeGreaterThan(before - 2000);
  });

  it('refuses an id that is taken, and one whose article was deleted', async () => {
    await content.editor.createArticle({ article: { title: 'T' }, articleId: 'taken' });
    const again = () => refusal(content.editor.createArticle({ article: { title: 'Other' }, articleId: 'taken' }));
    expect(await again()).toMatchObject({ code: 'ALREADY_EXISTS', message: expect.stringContaining('articles/taken') });
    await content.editor.deleteArticle({ name: 'articles/taken' });
    expect(await again()).toMatchObject({ code: 'ALREADY_EXISTS' });
  });
});

describe('updating an article', () => {
  it('changes the fields of the mask alone and publishes what changed', async () => {
    const created = await content.editor.createArticle({ article: { title: 'A', body: 'B', tags: ['x'] } });
    const updated = await content.editor.updateArticle({
      article: { name: created.name, title: 'A2', body: 'ignored', etag: created.etag },
      updateMask: { paths: ['title', 'tags'] },
    });
    expect(updated).toMatchObject({ title: 'A2', body: 'B', tags: [], createTime: created.createTime });
    expect(updated.etag).not.toBe(created.etag);
    const events = publishedEvents(await content.published(), ArticleUpdated);
    expect(events.at(-1)).toMatchObject({ changedFields: ['title', 'tags'], article: { title: 'A2', body: 'B' } });
  });

  it('changes every field that is set when there is no mask', async () => {
    const { name } = await content.editor.createArticle({ article: { title: 'A', body: 'B' } });
    const updated = await content.editor.updateArticle({ article: { name, body: 'B2' } });
    expect(updated).toMatchObject({ title: 'A', body: 'B2' });
  });

  it('writes nothing when nothing changes', async () => {
    const created = await content.editor.createArticle({ article: { title: 'A' } });
    expect(await content.editor.updateArticle({ article: { name: created.name, title: 'A' } })).toEqual(created);
  });

  it('lets one of two writers with the same etag win', async () => {
    const { name, etag } = await content.editor.createArticle({ article: { title: 'A' } });
    const writes = ['B', 'C'].map((title) => content.editor.updateArticle({ article: { name, title, etag } }));
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('deleting an article', () => {
  it('hides it everywhere, publishes the deletion and keeps nothing of its text', async () => {
    const { name } = await content.editor.createArticle({ article: { title: 'Secret' }, articleId: 'doomed' });
    await content.editor.deleteArticle({ name });
    expect((await refusal(content.anonymous.getArticle({ name }))).code).toBe('NOT_FOUND');
    expect((await content.anonymous.batchGetArticles({ names: [name] })).articles).toEqual([]);
    expect((await refusal(content.editor.deleteArticle({ name }))).code).toBe('NOT_FOUND');
    const events = publishedEvents(await content.published(), ArticleDeleted);
    expect(events.map((event) => event.articleId)).toContain('doomed');
    const { rows } = await content.db.query("select title from article where article_id = 'doomed'");
    expect(rows).toEqual([{ title: '' }]);
  });

  it('refuses a stale etag', async () => {
    const { name, etag } = await content.editor.createArticle({ article: { title: 'A' } });
    await content.editor.updateArticle({ article: { name, title: 'B' } });
    expect(await refusal(content.editor.deleteArticle({ name, etag }))).toMatchObject({ code: 'ABORTED' });
  });
});

describe('reading several articles', () => {
  it('answers in the order of the names and leaves out what does not exist', async () => {
    for (const articleId of ['m1', 'm2', 'm3'])
      await content.editor.createArticle({ article: { title: 'M' }, articleId });
    const names = ['articles/m3', 'articles/none', 'articles/m1'];
    const { articles } = await content.anonymous.batchGetArticles({ names });
    expect(articles.map((article) => article.name)).toEqual(['articles/m3', 'articles/m1']);
  });
});
