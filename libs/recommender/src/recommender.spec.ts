import { describe, expect, it } from '@jest/globals';
import { describeBecause, Recommender, type RecommenderArticle } from './index.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);

const article = (id: string, title: string, hours: number, language = 'en'): RecommenderArticle => ({
  id,
  title,
  body: '',
  tags: [],
  language,
  createTime: START + hours * HOUR,
});

const ARTICLES = [
  article('grid', 'Grid layout of rows', 0),
  article('flex', 'Flexible layout of rows', 1),
  article('opus', 'Opus sound codec', 2),
  article('flac', 'Lossless sound codec', 3),
  article('menu', 'Cooking rice', 4),
  article('rice', 'ご飯の炊き方', 5, 'ja'),
];

function recommenderOf(events: readonly (readonly [user: string, article: string, hours: number])[]): Recommender {
  const recommender = new Recommender();
  let seq = 0n;
  for (const each of ARTICLES) recommender.upsertArticle(each, ++seq);
  for (const [user, id, hours] of events) {
    recommender.record({ user, article: id, weight: 1, time: START + hours * HOUR }, ++seq);
  }
  return recommender;
}

const NOW = { now: START + 48 * HOUR };
const ids = (list: { items: readonly { article: string }[] }): string[] => list.items.map((item) => item.article);

describe('Recommender', () => {
  it('never recommends an article that the reader had to do with', () => {
    const recommender = recommenderOf([
      ['ann', 'grid', 10],
      ['ann', 'opus', 11],
    ]);
    expect(ids(recommender.recommend('ann', 10, NOW)).sort()).toEqual(['flac', 'flex', 'menu', 'rice']);
  });

  it('follows what readers of the same article read, and says which article that was', () => {
    const recommender = recommenderOf([
      ['bob', 'grid', 10],
      ['bob', 'menu', 11],
      ['eve', 'grid', 12],
      ['eve', 'menu', 13],
      ['ann', 'grid', 14],
    ]);
    const menu = recommender.recommend('ann', 10, NOW).items.find((item) => item.article === 'menu');
    expect(menu?.because).toEqual({ kind: 'co-reading', article: 'grid', title: 'Grid layout of rows' });
  });

  it('follows the words of what was read when nobody else read it', () => {
    const [first] = recommenderOf([['ann', 'opus', 10]]).recommend('ann', 1, NOW).items;
    expect(first?.article).toBe('flac');
    expect(describeBecause(first?.because ?? { kind: 'new' })).toBe(
      'Because you read “Opus sound codec”: sound, codec',
    );
  });

  it('gives an unknown reader what is trending and what is new, in the language asked for first', () => {
    const recommender = recommenderOf([
      ['bob', 'grid', 40],
      ['eve', 'grid', 41],
    ]);
    expect(recommender.recommend('nobody', 1, NOW).items[0]).toMatchObject({
      article: 'grid',
      because: { kind: 'trending' },
    });
    expect(recommender.recommend('nobody', 1, { ...NOW, language: 'ja-JP' }).items[0]?.article).toBe('rice');
  });

  it('does not recommend an article before it is available or after it is deleted', () => {
    const recommender = recommenderOf([]);
    expect(ids(recommender.recommend('ann', 10, { now: START + 2.5 * HOUR }))).toEqual(['opus', 'flex', 'grid']);
    recommender.deleteArticle('flex', 99n);
    expect(ids(recommender.recommend('ann', 10, NOW))).not.toContain('flex');
  });

  it('counts newer events more for trending and fills up with the newest articles', () => {
    const recommender = recommenderOf([
      ['ann', 'grid', 10],
      ['bob', 'grid', 10],
      ['ann', 'opus', 47],
    ]);
    expect(ids(recommender.trending(4, NOW))).toEqual(['opus', 'grid', 'rice', 'menu']);
    expect(ids(recommender.trending(4, { ...NOW, language: 'ja' }))).toEqual(['rice']);
  });

  it('keeps what was trending last when nothing was read for years', () => {
    const recommender = recommenderOf([['ann', 'grid', 10]]);
    expect(recommender.trending(1, { now: START + 80_000 * HOUR }).items[0]).toMatchObject({
      article: 'grid',
      because: { kind: 'trending' },
    });
  });

  it('gives the same answers and weights when the same log is applied again', () => {
    const log = Array.from({ length: 60 }, (_, at) => {
      return [`user-${at % 7}`, ARTICLES[(at * 5) % ARTICLES.length]?.id ?? '', 10 + at / 4] as const;
    });
    const [one, two] = [recommenderOf(log), recommenderOf(log)];
    expect(one.weights).toEqual(two.weights);
    expect(one.modelVersion).not.toBe('online-1.0');
    expect(one.recommend('user-1', 6, NOW)).toEqual(two.recommend('user-1', 6, NOW));
  });

  it('goes on from a saved ranking without learning twice', () => {
    const log = Array.from({ length: 40 }, (_, at) => {
      return [`user-${at % 7}`, ARTICLES[(at * 5) % ARTICLES.length]?.id ?? '', 10 + at / 4] as const;
    });
    const saved = recommenderOf(log).saveRanking();
    const restored = new Recommender();
    expect(restored.restoreRanking(saved)).toBe(true);
    let seq = 0n;
    for (const each of ARTICLES) restored.upsertArticle(each, ++seq);
    for (const [user, id, hours] of log) {
      restored.record({ user, article: id, weight: 1, time: START + hours * HOUR }, ++seq);
    }
    expect(restored.saveRanking()).toEqual(saved);
    expect(restored.recommend('user-1', 6, NOW)).toEqual(recommenderOf(log).recommend('user-1', 6, NOW));
    restored.record({ user: 'new', article: 'tea', weight: 1, time: START + 30 * HOUR }, ++seq);
    restored.record({ user: 'new', article: 'flac', weight: 1, time: START + 30 * HOUR }, ++seq);
    expect(restored.saveRanking().steps).toBeGreaterThan(saved.steps);
    expect(restored.restoreRanking({ ...saved, weights: [1] })).toBe(false);
  });

  it('answers after an erasure as if the reader had never been there', () => {
    const others = [
      ['bob', 'grid', 10],
      ['eve', 'grid', 12],
    ] as const;
    const mine = [
      ['ann', 'opus', 9],
      ['ann', 'grid', 11],
      ['ann', 'grid', 13],
    ] as const;
    const erased = recommenderOf([...others, ...mine]);
    erased.erase('ann', 99n);
    const never = recommenderOf(others);
    const scores = (recommender: Recommender): unknown =>
      recommender.trending(6, { now: START + 20 * HOUR }).items.map((item) => [item.article, item.score.toFixed(6)]);
    expect(scores(erased)).toEqual(scores(never));
    expect(ids(erased.recommend('ann', 10, NOW))).toContain('grid');
  });
});
