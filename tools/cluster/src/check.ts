/** One line of the result table. */
export interface Check {
  readonly level: number;
  readonly what: string;
  readonly ok: boolean;
  /** The figure beside what it should be. */
  readonly figure: string;
  readonly problems: readonly string[];
}
