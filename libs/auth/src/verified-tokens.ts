import { hash } from 'node:crypto';
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
  readonly #entries = new Map<string, Entry>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(token: string): Principal | undefined {
    const key = keyOf(token);
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (entry.expires <= Date.now() / 1000) return undefined;
    this.#entries.set(key, entry);
    return entry.principal;
  }

  set(token: string, principal: Principal, expires: number): void {
    if (this.#limit === 0) return;
    this.#entries.set(keyOf(token), { principal, expires });
    if (this.#entries.size <= this.#limit) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  clear(): void {
    this.#entries.clear();
  }
}

/** The whole token is hashed, signature included: another signature is another token. */
function keyOf(token: string): string {
  return hash('sha256', token, 'base64');
}
