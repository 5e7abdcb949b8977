import type { DocumentCells } from './documents.ts';
import type { IndexedArticle } from './document.ts';
import { pack } from './packed.ts';
import { tokenize } from './tokenize.ts';
import type { Vocabulary } from './vocabulary.ts';

/** How much one word counts in each field. */
export interface FieldWeights {
  readonly title: number;
  readonly body: number;
  readonly tags: number;
}

/** Title 3, tags 2, body 1. */
export const DEFAULT_WEIGHTS: FieldWeights = { title: 3, body: 1, tags: 2 };

/** Counts the words of an article, each weighted by its field. */
export function cellsOf(article: IndexedArticle, weights: FieldWeights, vocabulary: Vocabulary): DocumentCells {
  const frequencies = new Map<number, number>();
  let length = 0;
  const add = (text: string, weight: number): void => {
    for (const { term, surface } of tokenize(text)) {
      const number = vocabulary.intern(term, surface);
      frequencies.set(number, (frequencies.get(number) ?? 0) + weight);
      length += weight;
    }
  };
  add(article.title, weights.title);
  for (const tag of article.tags) add(tag, weights.tags);
  add(article.body, weights.body);
  return { cells: Array.from(frequencies, ([number, frequency]) => pack(number, frequency)), length };
}
