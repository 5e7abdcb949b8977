import { create, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ArticleSchema } from '@kiban/contracts/kiban/content/v1';
import { openStore } from '../src/open-store.ts';
import { currentCursor, readChanges } from '../src/watch-articles/read-changes.ts';
import { startContent, type TestContent } from './start-content.ts';

let content: TestContent;

beforeAll(async () => {
  content = await startContent();
}, 60_000);
afterAll(() => content.stop());

describe('the change log', () => {
  it('holds back a change while an older transaction may still commit one in front of it', async () => {
    const store = openStore(content.db, new AbortController().signal);
    const cursor = await currentCursor(store);
    const slow = await content.db.pool.connect();
    try {
      await slow.query('begin');
      const article = toBinary(ArticleSchema, create(ArticleSchema, { name: 'articles/slow' }));
      await slow.query('insert into article_change (kind, article) values (1, $1)', [article]);
      await content.editor.createArticle({ article: { title: 'T' }, articleId: 'quick' });
      // A reader that took `quick` now would go on behind it and never see `slow`.
      expect((await readChanges(store, cursor)).changes).toEqual([]);
      await slow.query('commit');
    } finally {
      slow.release();
    }
    const { changes } = await readChanges(store, cursor);
    expect(changes.map((change) => change.article?.name)).toEqual(['articles/slow', 'articles/quick']);
  });
});
