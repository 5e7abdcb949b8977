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
  addDocument(cells: Uint32Array, vocabulary: Vocabulary): void {
    for (const cell of cells) {
      const frequency = unpackFrequency(cell);
      const term = unpackNumber(cell);
      this.add(term, (vocabulary.idf(term) * frequency) / (frequency + SATURATION));
    }
  }

  /** Keeps the heaviest terms only; of equal ones those added first. */
  cut(most: number): this {
    if (this.terms.size <= most) return this;
    // Sorting the bare weights is several times faster than sorting the entries.
    const weights = Float64Array.from(this.terms.values()).sort();
    const lightest = weights[weights.length - most] as number;
    let ties = most - (weights.length - 1 - weights.lastIndexOf(lightest));
    for (const [term, weight] of this.terms) {
      if (weight < lightest || (weight === lightest && ties-- <= 0)) this.terms.delete(term);
    }
    return this;
  }
}
