/** A time in which more readers than usual are expected. */
export interface Window {
  /** Identity: of the push, or of the fixed time and its day. */
  readonly id: string;
  /** When the readers arrive, in ms since 1970. */
  readonly from: number;
  /** When traffic is usual again, in ms since 1970. */
  readonly to: number;
  /** Expected traffic as a multiple of the usual. */
  readonly factor: number;
}

/**
 * The factor that holds now: the largest of the windows that are open, each from `leadMs` before its readers arrive,
 * because nodes and pods take their time. 1 when none is open.
 */
export function factorAt(windows: Iterable<Window>, now: number, leadMs: number): number {
  let factor = 1;
  for (const window of windows) {
    if (now >= window.from - leadMs && now < window.to) factor = Math.max(factor, window.factor);
  }
  return factor;
}
