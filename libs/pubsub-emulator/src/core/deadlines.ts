/** Something that happens at a time. `bucket` belongs to Deadlines: 0 when not scheduled. */
export interface Timed {
  bucket: number;
  due(now: number): void;
}

/** Deadlines fire up to this late, never early (ms). */
const GRAIN = 10;

/**
 * All deadlines of the core, in buckets of 10 ms: scheduling, moving and cancelling cost a set operation each, and an
 * acknowledged message leaves nothing behind (a heap with lazy deletion would hold 600 s of stale entries).
 */
export class Deadlines {
  readonly #buckets = new Map<number, Set<Timed>>();
  /** Bucket numbers in a binary heap; each live bucket is in it once. */
  readonly #heap: number[] = [];

  /** Schedules `item` at `at` (ms), moving it if it was scheduled. */
  set(item: Timed, at: number): void {
    const bucket = Math.max(1, Math.ceil(at / GRAIN));
    if (item.bucket === bucket) return;
    this.clear(item);
    let set = this.#buckets.get(bucket);
    if (!set) {
      set = new Set();
      this.#buckets.set(bucket, set);
      push(this.#heap, bucket);
    }
    set.add(item);
    item.bucket = bucket;
  }

  clear(item: Timed): void {
    if (item.bucket === 0) return;
    this.#buckets.get(item.bucket)?.delete(item);
    item.bucket = 0;
  }

  /** When something is next due (ms), Infinity when nothing is. */
  next(): number {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#buckets.get(first)?.size) return first * GRAIN;
      this.#buckets.delete(first);
      pop(this.#heap);
    }
    return Infinity;
  }

  /** Runs everything due at `now`. */
  advance(now: number): void {
    while (this.next() <= now) {
      const bucket = this.#heap[0] as number;
      const items = this.#buckets.get(bucket) as Set<Timed>;
      for (const item of items) {
        items.delete(item);
        item.bucket = 0;
        item.due(now);
      }
    }
  }
}

function push(heap: number[], value: number): void {
  let i = heap.push(value) - 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if ((heap[parent] as number) <= value) break;
    heap[i] = heap[parent] as number;
    i = parent;
  }
  heap[i] = value;
}

function pop(heap: number[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++;
    if ((heap[child] as number) >= last) break;
    heap[i] = heap[child] as number;
    i = child;
  }
  heap[i] = last;
}
