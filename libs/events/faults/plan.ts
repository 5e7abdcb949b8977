/** What the command line may change. */
export interface PlanOptions {
  readonly seed: number;
  readonly events?: number;
  readonly kills?: number;
  /** Length of the trouble, where a plan has one. */
  readonly seconds?: number;
  readonly onProgress?: (line: string) => void;
}

/** What a plan counted. */
export interface PlanResult {
  readonly seed: number;
  readonly committed: number;
  /** What was done to the system, by name. */
  readonly injected: Readonly<Record<string, number>>;
  readonly lost: number;
  readonly invented: number;
  readonly inversions: number;
  readonly duplicates: number;
  /** As many duplicates as the faults explain; absent where a plan does not count them one by one. */
  readonly duplicateBound?: number;
  /** Effects behind the inbox; absent where no consumer takes part. */
  readonly effects?: number;
  readonly effectInversions?: number;
  /** Other figures that the plan is about. */
  readonly measured?: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** What is broken; empty when every guarantee held. */
  readonly broken: readonly string[];
}

export interface Plan {
  readonly title: string;
  /** False for designs that must break a guarantee: the suite would be worthless if they passed. */
  readonly mustHold: boolean;
  run(options: PlanOptions): Promise<PlanResult>;
}

/** The guarantees that every plan checks. */
export function brokenGuarantees(result: Omit<PlanResult, 'broken'>): string[] {
  const broken: string[] = [];
  const zero = {
    lost: result.lost,
    invented: result.invented,
    inversions: result.inversions,
    'effect inversions': result.effectInversions ?? 0,
  };
  for (const [name, value] of Object.entries(zero)) if (value !== 0) broken.push(`${value} ${name}`);
  if (result.effects !== undefined && result.effects !== result.committed) {
    broken.push(`${result.effects} effects of ${result.committed} commits`);
  }
  if (result.duplicateBound !== undefined && result.duplicates > result.duplicateBound) {
    broken.push(`${result.duplicates} duplicates, at most ${result.duplicateBound} can be explained`);
  }
  return broken;
}

/** Seconds since, with one decimal. */
export function secondsSince(started: number): number {
  return Math.round((performance.now() - started) / 100) / 10;
}
