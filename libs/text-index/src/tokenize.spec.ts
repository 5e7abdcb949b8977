import { describe, expect, it } from '@jest/globals';
import { tokenize } from './tokenize.ts';

const terms = (text: string): string[] => tokenize(text).map(({ term }) => term);

describe('tokenize', () => {
  it('stems English words and keeps how they were written', () => {
    expect(tokenize('Gateways')).toEqual([{ term: 'gatewai', surface: 'gateways' }]);
    expect(terms('gateway')).toEqual(['gatewai']);
  });
  it('leaves out URLs', () => {
    expect(terms('see https://example.com/a?b=c now')).toEqual(['see', 'now']);
  });
  it('keeps the names of languages whole and drops possessives', () => {
    expect(terms("C++ C# Shor's")).toEqual(['c++', 'c#', 'shor']);
  });
  it('folds full-width forms', () => {
    expect(terms('ＣＳＳ')).toEqual(['css']);
  });
  it('keeps letters with marks together', () => {
    expect(terms('Führung naïve')).toEqual(['führung', 'naïve']);
  });
  it('finds words in Japanese', () => {
    expect(terms('量子コンピュータの計算')).toEqual(expect.arrayContaining(['量子', '計算']));
  });
});
