/** Rate of the first learning step. */
const RATE = 0.1;
/** Pull towards the starting weights, per step. */
const PULL = 1e-5;

/** All that a ranker has learned. */
export interface RankerState {
  readonly steps: number;
  readonly weights: readonly number[];
  /** Sums of the squared gradients, from which the size of the next step follows. */
  readonly squares: readonly number[];
}

/**
 * A linear ranker that learns from pairs: what a reader took against what the reader passed over (pairwise logistic
 * loss, AdaGrad steps). The same pairs in the same order give the same weights.
 */
export class Ranker {
  /** Learning steps taken. */
  steps = 0;
  private readonly start: Float64Array;
  private readonly weights: Float64Array;
  private readonly squares: Float64Array;

  constructor(start: readonly number[]) {
    this.start = Float64Array.from(start);
    this.weights = Float64Array.from(start);
    this.squares = new Float64Array(start.length).fill(1);
  }

  /** The present weights, one for each feature. */
  get current(): readonly number[] {
    return Array.from(this.weights);
  }

  /** What was learned so far. */
  save(): RankerState {
    return { steps: this.steps, weights: Array.from(this.weights), squares: Array.from(this.squares) };
  }

  /** Goes on from what was learned before; false, and no change, when it was learned with other features. */
  restore({ steps, weights, squares }: RankerState): boolean {
    if (weights.length !== this.weights.length || squares.length !== this.weights.length) return false;
    this.weights.set(weights);
    this.squares.set(squares);
    this.steps = steps;
    return true;
  }

  /** The score of one row of features. */
  score(features: Float64Array, offset = 0): number {
    let sum = 0;
    for (let i = 0; i < this.weights.length; i++) {
      sum += (this.weights[i] as number) * (features[offset + i] as number);
    }
    return sum;
  }

  /** Takes one step towards ranking `taken` above `passed`. */
  learn(taken: Float64Array, passed: Float64Array): void {
    const slope = 1 / (1 + Math.exp(this.score(taken) - this.score(passed)));
    for (let i = 0; i < this.weights.length; i++) {
      const gradient = slope * ((taken[i] as number) - (passed[i] as number));
      this.squares[i] = (this.squares[i] as number) + gradient * gradient;
      const held = PULL * ((this.weights[i] as number) - (this.start[i] as number));
      this.weights[i] = (this.weights[i] as number) + (RATE * gradient) / Math.sqrt(this.squares[i] as number) - held;
    }
    this.steps++;
  }
}
