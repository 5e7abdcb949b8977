import { expect, it } from '@jest/globals';
import { seedArticles } from './articles.ts';

const articles = seedArticles();

it('has more than a thousand features with different ids', () => {
  expect(articles.length).toBeGreaterThan(1_000);
  expect(new Set(articles.map(({ articleId }) => articleId)).size).toBe(articles.length);
});

it('keeps every limit of the API', () => {
  const broken = articles.filter(({ articleId, article }) => {
    const tags = article.tags ?? [];
    return (
      !/^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/.test(articleId) ||
      !article.title ||
      article.title.length > 300 ||
      !article.body ||
      tags.length > 50 ||
      new Set(tags).size !== tags.length ||
      !/^https?:\/\/[^\s/]+\S*$/.test(article.url ?? '') ||
      !(Date.parse(article.createTime ?? '') < Date.now())
    );
  });
  expect(broken).toEqual([]);
});

it('joins the two sources: description, caniuse notes, groups, specification, status', () => {
  const grid = articles.find(({ articleId }) => articleId === 'grid')!;
  expect(grid.article).toMatchObject({
    title: 'Grid',
    body: expect.stringMatching(/two-dimensional layout system[\s\S]*Method of using a grid concept/),
    tags: expect.arrayContaining(['grid', 'css', 'widely-available']),
    createTime: '2017-10-17T00:00:00.000Z',
  });
});

it('has no markup left in what people read', () => {
  // Opening tags are what some features are called; closing ones and links are left-overs.
  const withMarkup = articles.filter(({ article }) => /<\/\w+>|\]\(http|&lt;/.test(article.body ?? ''));
  expect(withMarkup.map(({ articleId }) => articleId)).toEqual([]);
});
