const MAX_REMEMBERED = 10_000;

/** Counts the tries of events that keep failing in this process. Bounded; the oldest are forgotten first. */
export class Attempts {
  readonly #failed = new Map<string, { count: number; error: string }>();

  /** @returns the number of the try that begins now, from 1 */
  start(subscription: string, id: string): number {
    return (this.#failed.get(`${subscription}\0${id}`)?.count ?? 0) + 1;
  }

  failed(subscription: string, id: string, error: string): void {
    const name = `${subscription}\0${id}`;
    const count = (this.#failed.get(name)?.count ?? 0) + 1;
    this.#failed.delete(name);
    this.#failed.set(name, { count, error });
    if (this.#failed.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#failed.keys();
    if (oldest !== undefined) this.#failed.delete(oldest);
  }

  lastError(subscription: string, id: string): string {
    return this.#failed.get(`${subscription}\0${id}`)?.error ?? 'unknown';
  }

  end(subscription: string, id: string): void {
    this.#failed.delete(`${subscription}\0${id}`);
  }
}
