import type { Documents } from './documents.ts';
import { grown } from './growing.ts';
import type { Postings } from './postings.ts';
import type { Query } from './query.ts';
import { top } from './top.ts';

/** Runs queries over the postings with BM25. One query at a time: the scratch space is used again. */
export class Scorer {
  private readonly k1: number;
  private readonly b: number;
  private norms = new Float32Array(64);
  private readonly scratch = { scores: new Float32Array(64), touched: new Uint32Array(64), count: 0 };
  private meanLength = 1;

  constructor(k1: number, b: number) {
    this.k1 = k1;
    this.b = b;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.norms.byteLength * 3;
  }

  /** Takes the mean length of the documents for all scores from now on. */
  freeze(documents: Documents): void {
    let total = 0;
    for (let slot = 0; slot < documents.capacity; slot++) {
      if (documents.id(slot) !== undefined) total += documents.lengths[slot] as number;
    }
    this.meanLength = Math.max(1, total / Math.max(1, documents.size));
    this.remeasure(documents);
  }

  /** Computes the length norms of all documents anew. */
  remeasure(documents: Documents): void {
    for (let slot = 0; slot < documents.capacity; slot++) this.measure(slot, documents.lengths[slot] as number);
  }

  /** Computes the length norm of one document. */
  measure(slot: number, length: number): void {
    this.norms = grown(this.norms, slot + 1);
    this.norms[slot] = this.k1 * (1 - this.b + (this.b * length) / this.meanLength);
  }

  /** What one occurrence count of a term adds to the score of a document. */
  contribution(weight: number, frequency: number, slot: number): number {
    return (weight * (this.k1 + 1) * frequency) / (frequency + (this.norms[slot] as number));
  }

  /** Scores all documents that hold a term of the query. The result is valid until the next run. */
  run(query: Query, postings: Postings, documents: Documents): Run {
    const { scratch } = this;
    for (let i = 0; i < scratch.count; i++) scratch.scores[scratch.touched[i] as number] = 0;
    scratch.scores = grown(scratch.scores, documents.capacity);
    scratch.touched = grown(scratch.touched, documents.capacity);
    scratch.count = 0;
    for (const [term, weight] of query.terms) {
      const gain = weight * (this.k1 + 1);
      scratch.count = postings.accumulate(term, gain, this.norms, scratch.scores, scratch.touched, scratch.count);
    }
    return new Run(scratch, documents);
  }
}

/** Scores by slot, as one query left them. */
export class Run {
  private readonly scratch: { scores: Float32Array; touched: Uint32Array; count: number };
  private readonly documents: Documents;

  constructor(scratch: { scores: Float32Array; touched: Uint32Array; count: number }, documents: Documents) {
    this.scratch = scratch;
    this.documents = documents;
  }

  /** Score by slot; 0 where no term matched. */
  get scores(): Float32Array {
    return this.scratch.scores;
  }

  /** Multiplies all scores. */
  scale(factor: number): void {
    this.weigh(() => factor);
  }

  /** Multiplies each score by the factor of its slot. */
  weigh(factor: (slot: number) => number): void {
    const { scores, touched, count } = this.scratch;
    for (let i = 0; i < count; i++) {
      const slot = touched[i] as number;
      scores[slot] = (scores[slot] as number) * factor(slot);
    }
  }

  /** Adds to the score of one slot, which may have had none. */
  add(slot: number, score: number): void {
    const { scratch } = this;
    if (scratch.scores[slot] === 0) scratch.touched[scratch.count++] = slot;
    scratch.scores[slot] = (scratch.scores[slot] as number) + score;
  }

  /** The best live slots, best first. */
  top(n: number, without: ReadonlySet<number>): number[] {
    const { scores, touched, count } = this.scratch;
    const candidates = new Uint32Array(count);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const slot = touched[i] as number;
      if (this.documents.id(slot) !== undefined && !without.has(slot)) candidates[kept++] = slot;
    }
    return top(candidates, kept, scores, n);
  }
}
