import { grown } from './growing.ts';
import { unpackFrequency, unpackNumber } from './packed.ts';

const FIRST_SLICE = 2;
const LARGEST_SLICE = 2048;

/**
 * Posting lists of all terms in one array: each list is a chain of slices that double in size (2, 4, ... 2,048), so a
 * term that occurs once costs 8 bytes and a common one wastes little. The last cell of a slice points to the next.
 * Shape after Earlybird: https://doi.org/10.1109/ICDE.2012.149
 */
export class Postings {
  private cells = new Uint32Array(1024);
  // Cell 0 stays free so that 0 can mean "no next slice".
  private used = 1;
  private heads = new Uint32Array(256);
  private tails = new Uint32Array(256);
  private ends = new Uint32Array(256);

  /** Bytes held. */
  get bytes(): number {
    return this.cells.byteLength + this.heads.byteLength * 3;
  }

  /** Adds one packed posting at the end of a term's list. */
  append(term: number, packed: number): void {
    if (term >= this.heads.length) {
      this.heads = grown(this.heads, term + 1);
      this.tails = grown(this.tails, term + 1);
      this.ends = grown(this.ends, term + 1);
    }
    let tail = this.tails[term] as number;
    if (this.heads[term] === 0) {
      tail = this.allocate(term, FIRST_SLICE);
      this.heads[term] = tail;
    } else if (tail === this.ends[term]) {
      const size = this.sliceSize(term);
      const next = this.allocate(term, Math.min(size * 2, LARGEST_SLICE));
      this.cells[tail] = next;
      tail = next;
    }
    this.cells[tail] = packed;
    this.tails[term] = tail + 1;
  }

  /**
   * Adds, for each posting of a term, `gain * frequency / (frequency + norms[document])` to `scores`, and notes each
   * document that had no score yet in `touched` from `count` on. Returns the new count. This is the inner loop of
   * every query.
   */
  accumulate(
    term: number,
    gain: number,
    norms: Float32Array,
    scores: Float32Array,
    touched: Uint32Array,
    count: number,
  ): number {
    if (term >= this.heads.length) return count;
    let at = this.heads[term] as number;
    if (at === 0) return count;
    const { cells } = this;
    const tail = this.tails[term] as number;
    const last = this.ends[term] as number;
    let size = FIRST_SLICE;
    for (;;) {
      const end = at + size - 1;
      const stop = end === last ? tail : end;
      for (; at < stop; at++) {
        const packed = cells[at] as number;
        const document = unpackNumber(packed);
        const frequency = unpackFrequency(packed);
        const score = scores[document] as number;
        if (score === 0) touched[count++] = document;
        scores[document] = score + (gain * frequency) / (frequency + (norms[document] as number));
      }
      if (end === last) return count;
      at = cells[end] as number;
      size = Math.min(size * 2, LARGEST_SLICE);
    }
  }

  private sliceSize(term: number): number {
    let size = FIRST_SLICE;
    let at = this.heads[term] as number;
    const last = this.ends[term] as number;
    while (at + size - 1 !== last) {
      at = this.cells[at + size - 1] as number;
      size = Math.min(size * 2, LARGEST_SLICE);
    }
    return size;
  }

  private allocate(term: number, size: number): number {
    const start = this.used;
    this.used += size;
    this.cells = grown(this.cells, this.used);
    this.ends[term] = start + size - 1;
    return start;
  }
}
