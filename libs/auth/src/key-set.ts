import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { TokenError } from './token-error.ts';

/** How long keys are used before they are read again, in ms. */
const FRESH_MS = 10 * 60_000;
/** The least time between two reads that an unknown key id may cause, in ms: forged ids must not flood the issuer. */
const COOLDOWN_MS = 30_000;
const TIMEOUT_MS = 5_000;

export interface KeySetOptions {
  /** ms; default 10 minutes. */
  freshMs?: number;
  /** ms; default 30 s for a URL. A file costs nothing to read: default 1 s. */
  cooldownMs?: number;
}

/**
 * The issuer's keys from an http(s) URL or a file. They are read on first use, again when they are old, and again when
 * a token names an unknown key (rotation). Keys that were read once stay in use while the issuer cannot be reached.
 * Unlike jose's createRemoteJWKSet this reads files too and outlives an outage of the issuer.
 */
export class KeySet {
  readonly #location: string;
  readonly #freshMs: number;
  readonly #cooldownMs: number;
  #keys: JWTVerifyGetKey | undefined;
  #text = '';
  #generation = 0;
  #readAt = -Infinity;
  #triedAt = -Infinity;
  #reading: Promise<void> | undefined;

  constructor(location: string, options: KeySetOptions = {}) {
    this.#location = location;
    this.#freshMs = options.freshMs ?? FRESH_MS;
    this.#cooldownMs = options.cooldownMs ?? (isUrl(location) ? COOLDOWN_MS : 1000);
  }

  /** The key for one token. Throws JWKSNoMatchingKey, or TokenError `jwks-unavailable` when no keys are known. */
  readonly keyFor: JWTVerifyGetKey = async (header, token) => {
    if (!this.#keys) await this.#read();
    else this.#refresh();
    try {
      return await this.#find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.#cooledDown()) throw error;
      await this.#read().catch(() => {});
      return await this.#find(header, token);
    }
  };

  /** Counts up when other keys were read: what older ones verified has to be verified again. Begins a read when due. */
  get generation(): number {
    this.#refresh();
    return this.#generation;
  }

  #refresh(): void {
    if (performance.now() - this.#readAt > this.#freshMs && this.#cooledDown()) void this.#read().catch(() => {});
  }

  async #find(...[header, token]: Parameters<JWTVerifyGetKey>) {
    if (!this.#keys) throw new TokenError('jwks-unavailable', 'The keys of the token issuer are not available.');
    return await this.#keys(header, token);
  }

  #cooledDown(): boolean {
    return performance.now() - this.#triedAt > this.#cooldownMs;
  }

  async #read(): Promise<void> {
    this.#reading ??= this.#load().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  async #load(): Promise<void> {
    this.#triedAt = performance.now();
    try {
      const text = await readKeys(this.#location);
      this.#keys = createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
      if (text !== this.#text) this.#generation++;
      this.#text = text;
      this.#readAt = performance.now();
    } catch (cause) {
      throw new TokenError('jwks-unavailable', 'The keys of the token issuer are not available; try again later.', {
        cause: new Error(`cannot read the JWKS at ${this.#location}: set AUTH_JWKS_URL to a URL or a file`, { cause }),
      });
    }
  }
}

function isUrl(location: string): boolean {
  return /^https?:\/\//.test(location);
}

async function readKeys(location: string): Promise<string> {
  if (!isUrl(location)) return await readFile(location, 'utf8');
  const response = await fetch(location, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return await response.text();
}
