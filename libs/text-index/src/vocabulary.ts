import { grown } from './growing.ts';
import { MAX_NUMBER } from './packed.ts';

/** Numbers terms, counts the documents that hold each, and freezes those counts for scoring. */
export class Vocabulary {
  private readonly numbers = new Map<string, number>();
  private readonly surfaces: string[] = [];
  private counts = new Uint32Array(256);
  private frozen = new Float32Array(256);
  private maximum = 0;

  /** Number of distinct terms. */
  get size(): number {
    return this.surfaces.length;
  }

  /** The number of a term, made when the term is new. `surface` is how readers are shown the term. */
  intern(term: string, surface: string): number {
    const known = this.numbers.get(term);
    if (known !== undefined) return known;
    const number = this.surfaces.length;
    if (number > MAX_NUMBER) throw new RangeError(`The index is full: it holds ${MAX_NUMBER + 1} distinct terms.`);
    this.numbers.set(term, number);
    this.surfaces.push(surface);
    this.counts = grown(this.counts, number + 1);
    this.frozen = grown(this.frozen, number + 1);
    return number;
  }

  /** The number of a term, or undefined when no document ever held it. */
  find(term: string): number | undefined {
    return this.numbers.get(term);
  }

  /** How readers are shown a term. */
  surface(number: number): string {
    return this.surfaces[number] as string;
  }

  /** Counts a document in (+1) or out (-1) of a term. */
  count(number: number, by: 1 | -1): void {
    this.counts[number] = (this.counts[number] as number) + by;
  }

  /** Takes the present counts, of `documents` documents, as the ones that idf() answers from. */
  freeze(documents: number): void {
    const idf = (count: number): number => Math.log(1 + (documents - count + 0.5) / (count + 0.5));
    this.maximum = idf(Math.min(1, documents));
    for (let number = 0; number < this.surfaces.length; number++) {
      const count = this.counts[number] as number;
      this.frozen[number] = count === 0 ? 0 : idf(count);
    }
  }

  /** Inverse document frequency at the last freeze; the maximum for a term unseen then. */
  idf(number: number): number {
    const known = this.frozen[number] as number;
    return known === 0 ? this.maximum : known;
  }
}
