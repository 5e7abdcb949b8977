import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ArticleChange, ArticleChange_Kind as Kind, ContentService } from '@kiban/contracts/kiban/content/v1';
import { createGrpcClient } from '@kiban/grpc';
import { refusal } from '@kiban/grpc/testing';
import { type ContentClient, startContent, type TestContent } from './start-content.ts';

let content: TestContent;

beforeAll(async () => {
  content = await startContent();
}, 60_000);
afterAll(() => content.stop());

/** The next `count` changes, and then leaves. */
async function take(changes: AsyncIterable<ArticleChange>, count: number): Promise<ArticleChange[]> {
  const taken: ArticleChange[] = [];
  for await (const change of changes) {
    taken.push(change);
    if (taken.length === count) break;
  }
  return taken;
}

/** A resume token of now. */
async function now(client: ContentClient = content.anonymous): Promise<string> {
  const next = take(client.watchArticles({}), 1);
  const stop = new AbortController();
  // The stream begins some time after the call: write until it sees one.
  const writing = (async () => {
    while (!stop.signal.aborted) await content.editor.createArticle({ article: { title: 'mark' } });
  })();
  const [change] = await next;
  stop.abort();
  await writing;
  return change?.resumeToken ?? '';
}

const summary = ({ kind, article }: ArticleChange) => `${Kind[kind]} ${article?.name} ${article?.title}`;

describe('watching articles', () => {
  it('streams what is created, changed and deleted, in order, behind a resume token', async () => {
    const resumeToken = await now();
    const article = { title: 'one' };
    await content.editor.createArticle({ article, articleId: 'w1' });
    await content.editor.updateArticle({ article: { name: 'articles/w1', title: 'two' } });
    await content.editor.deleteArticle({ name: 'articles/w1' });
    const seen: string[] = [];
    let last = resumeToken;
    for await (const change of content.anonymous.watchArticles({ resumeToken })) {
      if (change.article?.name === 'articles/w1') seen.push(summary(change));
      if (seen.length === 2) {
        last = change.resumeToken;
        break;
      }
    }
    const [rest] = await take(content.anonymous.watchArticles({ resumeToken: last }), 1);
    expect([...seen, rest && summary(rest)]).toEqual([
      'CREATED articles/w1 one',
      'UPDATED articles/w1 two',
      'DELETED articles/w1 ',
    ]);
  });

  it('sees what another replica writes well before it would look by itself', async () => {
    const replica = await content.startReplica();
    const client = createGrpcClient(ContentService, replica.grpc);
    try {
      const resumeToken = await now(client);
      const latencies: number[] = [];
      const watch = client.watchArticles({ resumeToken })[Symbol.asyncIterator]();
      for (let i = 0; i < 5; i++) {
        const next = watch.next();
        const begun = performance.now();
        await content.editor.createArticle({ article: { title: `n${i}` } });
        await next;
        latencies.push(performance.now() - begun);
      }
      await watch.return?.();
      expect(latencies.toSorted((a, b) => a - b)[2]).toBeLessThan(500);
    } finally {
      client.close();
    }
  });

  it('loses no change and gives each article its changes in order while many write at once', async () => {
    const resumeToken = await now();
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      const articleId = `race-${writer % 4}`;
      if (writer < 4) await content.editor.createArticle({ article: { title: '0' }, articleId });
      for (let i = 1; i <= 10; i++) {
        const update = { article: { name: `articles/${articleId}`, title: `${writer}.${i}` } };
        await content.editor.updateArticle(update).catch(() => undefined); // not created yet
      }
    });
    await Promise.all(writers);
    const { rows } = await content.db.query<{ n: number }>(
      "select count(*)::int as n from article_change where encode(article, 'escape') like '%race-%'",
    );
    const last = new Map<string, string>();
    let count = 0;
    for await (const { article } of content.anonymous.watchArticles({ resumeToken })) {
      if (!article?.name.startsWith('articles/race-')) continue;
      last.set(article.name, article.etag);
      if (++count === rows[0]?.n) break;
    }
    for (const [name, etag] of last) expect((await content.anonymous.getArticle({ name })).etag).toBe(etag);
    expect(last.size).toBe(4);
  });

  it('refuses a token whose changes were dropped rather than skipping them', async () => {
    const resumeToken = await now();
    await content.editor.createArticle({ article: { title: 'gone' } });
    await content.db.query("update article_change set change_time = now() - interval '8 days'");
    const { rows } = await content.db.query<{ pruned: bigint }>("select prune_article_change('7 days') as pruned");
    expect(Number(rows[0]?.pruned)).toBeGreaterThan(0);
    const stale = take(content.anonymous.watchArticles({ resumeToken }), 1);
    expect(await refusal(stale)).toMatchObject({ code: 'FAILED_PRECONDITION' });
  });

  it('ends open streams when the service stops, so that their callers go on elsewhere', async () => {
    const replica = await content.startReplica();
    const client = createGrpcClient(ContentService, replica.grpc);
    try {
      const resumeToken = await now(client);
      await content.editor.createArticle({ article: { title: 'first' } });
      const stream = client.watchArticles({ resumeToken })[Symbol.asyncIterator]();
      await stream.next(); // it is open
      const open = (async () => {
        while (!(await stream.next()).done);
        return 'ended';
      })();
      const begun = performance.now();
      await replica.stop();
      expect(await open).toBe('ended');
      expect(performance.now() - begun).toBeLessThan(1500); // a drain would wait 2 s for them
    } finally {
      client.close();
    }
  });
});
