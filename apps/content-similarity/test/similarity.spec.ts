import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InteractionType } from '@kiban/contracts/kiban/events/v1';
import { ArticleDeleted, ArticlePublished, ArticleUpdated, InteractionRecorded, UserErased } from '@kiban/events';
import { Code } from '@kiban/grpc';
import { until } from '@kiban/testing';
import { type Platform, startPlatform } from './platform.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
}, 60_000);
afterAll(() => platform.close());

const data = (articleId: string, title: string, tags: string[] = []) => ({ articleId, title, tags, language: 'en' });
const publish = (...article: Parameters<typeof data>) =>
  platform.publish(ArticlePublished, { article: data(...article) });

async function similarTo(id: string, client = platform.client): Promise<string[]> {
  const { articles } = await client.listSimilar({ name: `articles/${id}` });
  return articles.map(({ name }) => name);
}

async function found(query: string): Promise<string[]> {
  const { results } = await platform.client.searchArticles({ query });
  return results.map(({ name }) => name);
}

describe('SimilarityService', () => {
  it('answers NOT_FOUND for an article that was never published', async () => {
    await expect(platform.client.listSimilar({ name: 'articles/none' })).rejects.toMatchObject({
      code: Code.NOT_FOUND,
      message: 'articles/none was not found.',
    });
  });

  it('refuses a page size out of range, naming the field', async () => {
    await expect(platform.client.searchArticles({ query: 'x', pageSize: 0 })).rejects.toMatchObject({
      code: Code.INVALID_ARGUMENT,
      message: expect.stringContaining('pageSize'),
    });
  });

  it('lists a published article with its neighbours, both ways, and says why', async () => {
    await publish('grid', 'Grid layout', ['css']);
    await publish('flex', 'Flexible layout', ['css']);
    await until(async () => (await similarTo('grid')).includes('articles/flex'));
    expect(await similarTo('flex')).toEqual(['articles/grid']);
    const { articles, asOfSeq } = await platform.client.listSimilar({ name: 'articles/grid' });
    expect(articles[0]?.reason).toBe('Both tagged css; about layout and css');
    expect(asOfSeq).toBeGreaterThan(1n);
  });

  it('finds a new article by its words in less than a second', async () => {
    const start = performance.now();
    await publish('codec', 'Opus sound codec');
    await until(async () => (await found('codec')).includes('articles/codec'));
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('follows changes and deletions', async () => {
    await publish('draft', 'First zeppelin');
    await until(async () => (await found('zeppelin')).length === 1);
    await platform.publish(ArticleUpdated, { article: data('draft', 'Second submarine') });
    await until(async () => (await found('submarine')).length === 1);
    expect(await found('zeppelin')).toEqual([]);
    await platform.publish(ArticleDeleted, { articleId: 'draft' });
    await until(async () => (await found('submarine')).length === 0);
    await expect(similarTo('draft')).rejects.toMatchObject({ code: Code.NOT_FOUND });
  });

  it('relates what the same people read, until they are erased', async () => {
    await publish('tea', 'Green tea');
    await publish('rail', 'Night trains');
    for (const articleId of ['tea', 'rail']) {
      await platform.publish(InteractionRecorded, {
        interactionId: crypto.randomUUID(),
        userId: 'ann',
        articleId,
        type: InteractionType.VIEW,
      });
    }
    await until(async () => (await similarTo('tea')).includes('articles/rail'));
    await platform.publish(UserErased, { userId: 'ann' });
    await until(async () => !(await similarTo('tea')).includes('articles/rail'));
  });

  it('answers the same from a replica that starts later', async () => {
    const second = await platform.replica();
    expect(await similarTo('grid', second)).toEqual(await similarTo('grid'));
    await publish('late', 'Grid of late comers');
    await until(async () => (await similarTo('grid', second)).includes('articles/late'));
    await until(async () => (await similarTo('grid')).includes('articles/late'));
  });

  it('finds what is near a set, skipping what it does not know', async () => {
    const { articles } = await platform.client.listSimilarToMany({
      seeds: [
        { name: 'articles/grid', weight: 1 },
        { name: 'articles/none', weight: 5 },
      ],
      pageSize: 1,
    });
    expect(articles.map(({ name }) => name)).toEqual(['articles/flex']);
  });
});
