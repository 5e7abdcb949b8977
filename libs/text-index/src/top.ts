/**
 * The `n` numbers with the highest scores, best first; equal scores come in the order of the numbers, so that an
 * answer never depends on the order in which documents were touched.
 */
export function top(numbers: ArrayLike<number>, count: number, scores: ArrayLike<number>, n: number): number[] {
  const heap: number[] = [];
  const worse = (a: number, b: number): boolean => {
    const difference = (scores[a] as number) - (scores[b] as number);
    return difference < 0 || (difference === 0 && a > b);
  };
  for (let i = 0; i < count; i++) {
    const candidate = numbers[i] as number;
    if (heap.length < n) {
      heap.push(candidate);
      up(heap, worse);
    } else if (n > 0 && worse(heap[0] as number, candidate)) {
      heap[0] = candidate;
      down(heap, worse);
    }
  }
  return heap.sort((a, b) => (worse(a, b) ? 1 : -1));
}

function up(heap: number[], worse: (a: number, b: number) => boolean): void {
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!worse(heap[at] as number, heap[parent] as number)) return;
    swap(heap, at, parent);
    at = parent;
  }
}

function down(heap: number[], worse: (a: number, b: number) => boolean): void {
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const right = left + 1;
    let lowest = at;
    if (left < heap.length && worse(heap[left] as number, heap[lowest] as number)) lowest = left;
    if (right < heap.length && worse(heap[right] as number, heap[lowest] as number)) lowest = right;
    if (lowest === at) return;
    swap(heap, at, lowest);
    at = lowest;
  }
}

function swap(heap: number[], a: number, b: number): void {
  const held = heap[a] as number;
  heap[a] = heap[b] as number;
  heap[b] = held;
}
