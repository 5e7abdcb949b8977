export interface UntilOptions {
  /** Default 5,000 ms. */
  timeoutMs?: number;
  /** Pause between two tries. Default 20 ms. */
  everyMs?: number;
  /** What was waited for; part of the error. Default: the condition's source text. */
  message?: string;
}

/**
 * Tries the condition until it returns something truthy, and resolves with that. Rejects after the time with `message`;
 * when the last try threw, its error is the cause.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 5_000, everyMs = 20, message }: UntilOptions = {},
): Promise<NonNullable<T>> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      failure = error;
    }
    if (performance.now() >= end) {
      const last = failure instanceof Error ? `; the last try failed: ${failure.message}` : '';
      throw new Error(`Waited ${timeoutMs} ms for: ${message ?? String(condition)}${last}`, { cause: failure });
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
