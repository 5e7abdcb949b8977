import type { Principal } from './principal.ts';

interface Entry {
  readonly principal: Principal;
  /** Seconds since 1970, clock tolerance included. */
  readonly expires: number;
}

/**
 * Principals of tokens whose signature was verified, the least recently used forgotten first. An entry lives as long as
 * its token does and as long as the key set that verified it; `clear` forgets all when that changes.
 */
export class VerifiedTokens {
  /** By the whole token, signature included: the principal holds it anyway. */
  readonly #entries = new Map<string, Entry>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(token: string): Principal | undefined {
    const entry = this.#entries.get(token);
    if (!entry) return undefined;
    this.#entries.delete(token);
    if (entry.expires <= Date.now() / 1000) return undefined;
    this.#entries.set(token, entry);
    return entry.principal;
  }

  set(token: string, principal: Principal, expires: number): void {
    if (this.#limit === 0) return;
    this.#entries.set(token, { principal, expires });
    if (this.#entries.size <= this.#limit) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  clear(): void {
    this.#entries.clear();
  }
}
