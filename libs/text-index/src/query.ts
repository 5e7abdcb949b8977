import { unpackFrequency, unpackNumber } from './packed.ts';
import type { Vocabulary } from './vocabulary.ts';

/** How fast a repeated word of the query stops counting more: frequency / (frequency + this). */
const SATURATION = 1.2;

/** The terms of a query and what each is worth. */
export class Query {
  /** Term number to weight, idf included. */
  readonly terms = new Map<number, number>();

  /** Adds to the weight of a term. */
  add(term: number, weight: number): void {
    this.terms.set(term, (this.terms.get(term) ?? 0) + weight);
  }

  /** Adds all terms of a document, repeated ones saturating. */
  addDocument(cells: Uint32Array, weight: number, vocabulary: Vocabulary): void {
    for (const cell of cells) {
      const frequency = unpackFrequency(cell);
      const term = unpackNumber(cell);
      this.add(term, (weight * vocabulary.idf(term) * frequency) / (frequency + SATURATION));
    }
  }

  /** Keeps the heaviest terms only. */
  cut(most: number): this {
    if (this.terms.size <= most) return this;
    const sorted = [...this.terms].sort(([a, x], [b, y]) => y - x || a - b);
    for (const [term] of sorted.slice(most)) this.terms.delete(term);
    return this;
  }
}
