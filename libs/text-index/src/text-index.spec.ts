import { describe, expect, it } from '@jest/globals';
import { describeReason } from './document.ts';
import { type IndexedArticle, TextIndex } from './index.ts';

const article = (id: string, title: string, more: Partial<IndexedArticle> = {}): IndexedArticle => ({
  id,
  title,
  body: '',
  tags: [],
  language: 'en',
  ...more,
});

function indexOf(...articles: IndexedArticle[]): TextIndex {
  const index = new TextIndex();
  for (const each of articles) index.upsert(each);
  return index;
}

const ids = (hits: readonly { id: string }[] | undefined): string[] => (hits ?? []).map(({ id }) => id);

describe('TextIndex', () => {
  const web = [
    article('grid', 'CSS grid layout', { body: 'Place items in rows and columns.', tags: ['layout'] }),
    article('flex', 'Flexible box layout', { body: 'Place items along one axis.', tags: ['layout'] }),
    article('opus', 'Opus audio codec', { body: 'A lossy codec for speech and music.', tags: ['media'] }),
    article('flac', 'FLAC audio codec', { body: 'A codec that loses nothing of the music.', tags: ['media'] }),
  ] as const;

  it('ranks the articles that share telling words first and never returns the one asked about', () => {
    const index = indexOf(...web);
    expect(ids(index.related('grid', 1))).toEqual(['flex']);
    expect(ids(index.related('opus', 1))).toEqual(['flac']);
    expect(ids(index.related('opus', 10))).not.toContain('opus');
  });

  it('says which words and tags both share', () => {
    const [hit] = indexOf(...web).related('opus', 1) ?? [];
    expect(hit?.reason.tags).toEqual(['media']);
    expect(hit?.reason.terms).toEqual(expect.arrayContaining(['codec', 'audio']));
    expect(describeReason(hit?.reason ?? { terms: [], tags: [], coRead: 0 })).toMatch(/^Both tagged media; about /);
  });

  it('does not know an article that was never added or was deleted', () => {
    const index = indexOf(...web);
    expect(index.related('nothing', 5)).toBeUndefined();
    expect(index.delete('flex')).toBe(true);
    expect(index.delete('flex')).toBe(false);
    expect(index.related('flex', 5)).toBeUndefined();
    expect(ids(index.related('grid', 5))).not.toContain('flex');
    expect(ids(index.search('flexible', 5))).toEqual([]);
  });

  it('replaces an article that is added again', () => {
    const index = indexOf(...web);
    index.upsert(article('flex', 'Bread recipes'));
    expect(index.size).toBe(4);
    expect(ids(index.search('bread', 5))).toEqual(['flex']);
    expect(ids(index.search('axis', 5))).toEqual([]);
  });

  it('finds other forms of an English word, whatever the case', () => {
    expect(ids(indexOf(...web).search('LAYOUTS codecs', 4)).sort()).toEqual(['flac', 'flex', 'grid', 'opus']);
  });

  it('finds words inside Japanese text, which has no spaces', () => {
    const index = indexOf(
      article('ja', '東京の天気予報', { language: 'ja', body: '明日は雨が降るでしょう。' }),
      article('en', 'Weather'),
    );
    expect(ids(index.search('天気', 5))).toEqual(['ja']);
    expect(ids(index.search('東京', 5))).toEqual(['ja']);
  });

  it('prefers related articles of the same language', () => {
    const index = indexOf(
      article('a', 'Kiban platform', { language: 'ja' }),
      article('b', 'Kiban platform', { language: 'en' }),
      article('c', 'Kiban platform', { language: 'ja-JP' }),
    );
    expect(ids(index.related('a', 2))).toEqual(['c', 'b']);
  });

  it('lifts an article that the same people read, even when it shares no word', () => {
    const index = indexOf(...web);
    const hits = index.related('grid', 4, { coRead: new Map([['opus', 1]]), coReadWeight: 5 });
    expect(hits?.[0]).toMatchObject({ id: 'opus', reason: { coRead: 1 } });
  });

  it('finds articles near a set, weighing each of the set, without the set itself', () => {
    const index = indexOf(...web);
    const seeds = (grid: number, opus: number): { id: string; weight: number }[] => [
      { id: 'grid', weight: grid },
      { id: 'opus', weight: opus },
      { id: 'unknown', weight: 9 },
    ];
    expect(ids(index.relatedToMany(seeds(9, 1), 2))).toEqual(['flex', 'flac']);
    expect(ids(index.relatedToMany(seeds(1, 9), 2))).toEqual(['flac', 'flex']);
    expect(index.relatedToMany([{ id: 'unknown', weight: 1 }], 2)).toEqual([]);
  });

  it('names the article of a set that another one follows from', () => {
    const seeds = [
      { id: 'grid', weight: 1 },
      { id: 'opus', weight: 1 },
    ];
    const nearest = indexOf(...web).nearest(seeds, ['flex', 'flac', 'unknown']);
    expect(nearest.get('flex')).toMatchObject({ seed: 'grid', reason: { tags: ['layout'] } });
    expect(nearest.get('flac')).toMatchObject({ seed: 'opus', reason: { tags: ['media'] } });
    expect(nearest.has('unknown')).toBe(false);
  });

  it('keeps the score of a pair until the next freeze while other articles come in', () => {
    const index = indexOf(...web);
    index.freeze();
    const before = index.related('grid', 1)?.[0]?.score;
    index.upsert(article('more', 'Layout of a garden'));
    expect(index.related('grid', 1)?.[0]?.score).toBe(before);
    index.freeze();
    expect(index.related('grid', 1)?.[0]?.score).not.toBe(before);
  });

  it('answers the same after many replacements as an index built once', () => {
    const index = indexOf(...web);
    for (let i = 0; i < 500; i++) index.upsert(article('flac', `FLAC draft ${i}`, { tags: [`draft-${i}`] }));
    index.upsert(web[3]);
    index.freeze();
    const fresh = indexOf(...web);
    fresh.freeze();
    expect(index.related('opus', 3)).toEqual(fresh.related('opus', 3));
    expect(index.bytes).toBeLessThan(200_000);
  });
});
