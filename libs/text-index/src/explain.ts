import type { Reason } from './document.ts';
import type { Documents } from './documents.ts';
import { unpackFrequency, unpackNumber } from './packed.ts';
import type { Query } from './query.ts';
import type { Scorer } from './scorer.ts';
import type { Vocabulary } from './vocabulary.ts';

const MOST = 3;

/** What a document scores for a query. */
export function scoreOf(query: Query, documents: Documents, slot: number, scorer: Scorer): number {
  let score = 0;
  for (const cell of documents.cells(slot)) {
    const weight = query.terms.get(unpackNumber(cell));
    if (weight !== undefined) score += scorer.contribution(weight, unpackFrequency(cell), slot);
  }
  return score;
}

/** The terms of a query that a document scores most by, and the tags that both share. */
export function explain(
  query: Query,
  documents: Documents,
  slot: number,
  scorer: Scorer,
  vocabulary: Vocabulary,
  tags: readonly string[],
): Reason {
  const parts: { term: number; gain: number }[] = [];
  for (const cell of documents.cells(slot)) {
    const weight = query.terms.get(unpackNumber(cell));
    if (weight === undefined) continue;
    const gain = scorer.contribution(weight, unpackFrequency(cell), slot);
    parts.push({ term: unpackNumber(cell), gain });
  }
  parts.sort((a, b) => b.gain - a.gain || a.term - b.term);
  const wanted = new Set(tags);
  return {
    coRead: 0,
    terms: parts.slice(0, MOST).map(({ term }) => vocabulary.surface(term)),
    tags: documents
      .tags(slot)
      .filter((tag) => wanted.has(tag))
      .slice(0, MOST),
  };
}
