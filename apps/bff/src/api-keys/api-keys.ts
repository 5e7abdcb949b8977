import { unwatchFile, watchFile } from 'node:fs';
import { hashOf, readKeyFile, sameHash, type StoredKey } from './key-file.ts';

/** What a key is worth: the id of a good one, or why it is refused. */
export type KeyVerdict = { readonly id: string } | { readonly refused: 'missing' | 'unknown' | 'revoked' };

export interface ApiKeysOptions {
  /** How often the file is looked at, ms. Default 1 s: a revoked key works no longer than that. */
  readonly lookEveryMs?: number;
  /** Told when a changed file cannot be read; the keys of before stay in force. */
  readonly onUnreadable?: (error: Error) => void;
}

/** The keys of a file, read again whenever it changes. */
export class ApiKeys {
  readonly #file: string;
  #keys: readonly StoredKey[];

  /** @throws Error when the file cannot be read */
  constructor(file: string, options: ApiKeysOptions = {}) {
    this.#file = file;
    this.#keys = readKeyFile(file);
    watchFile(file, { interval: options.lookEveryMs ?? 1_000, persistent: false }, () => {
      try {
        this.#keys = readKeyFile(file);
      } catch (error) {
        options.onUnreadable?.(error as Error);
      }
    });
  }

  check(key: string | undefined): KeyVerdict {
    if (!key) return { refused: 'missing' };
    const hash = hashOf(key);
    const found = this.#keys.find(({ sha256 }) => sameHash(sha256, hash));
    if (!found) return { refused: 'unknown' };
    const { revokeTime } = found;
    return revokeTime && Date.parse(revokeTime) <= Date.now() ? { refused: 'revoked' } : { id: found.id };
  }

  close(): void {
    unwatchFile(this.#file);
  }
}
