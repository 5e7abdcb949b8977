import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

/** One key as it is kept: never the key itself. */
export interface StoredKey {
  /** Names the key in the metric, the log and when it is revoked; letters, digits, `-` and `_`. */
  readonly id: string;
  /** SHA-256 of the key, hexadecimal. Keys are 256 random bits, so a slow hash would add nothing. */
  readonly sha256: string;
  /** RFC 3339. */
  readonly createTime: string;
  /** From then on the key is refused. RFC 3339. */
  readonly revokeTime?: string | undefined;
}

const KEY_FILE = z.object({
  keys: z.array(
    z.object({
      id: z.string().regex(/^[\w-]{1,64}$/, 'expected letters, digits, "-" and "_"'),
      sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
      createTime: z.string(),
      revokeTime: z.string().optional(),
    }),
  ),
});

/**
 * Reads a file of keys.
 * @throws Error that names the file and what is wrong in it
 */
export function readKeyFile(file: string): StoredKey[] {
  try {
    return KEY_FILE.parse(JSON.parse(readFileSync(file, 'utf8'))).keys;
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(`the API keys in ${file} cannot be read: ${problem}`, { cause: error });
  }
}

/**
 * Adds a key.
 * @returns the key, which is kept nowhere
 * @throws Error when the id is taken
 */
export function addKey(file: string, id: string): string {
  const keys = existsSync(file) ? readKeyFile(file) : [];
  if (keys.some((key) => key.id === id)) throw new Error(`there is a key "${id}" already; choose another id`);
  const key = `kbn_${randomBytes(32).toString('base64url')}`;
  write(file, [...keys, { id, sha256: hashOf(key), createTime: new Date().toISOString() }]);
  return key;
}

/** @throws Error when there is no such key */
export function revokeKey(file: string, id: string): void {
  const keys = readKeyFile(file);
  if (!keys.some((key) => key.id === id)) throw new Error(`there is no key "${id}"`);
  const revokeTime = new Date().toISOString();
  write(
    file,
    keys.map((key) => (key.id === id ? { revokeTime, ...key } : key)),
  );
}

export function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Whether two hashes are the same, in a time that tells nothing about where they differ. */
export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** Replaces the file in one step: a service that reads it meanwhile sees the old or the new one. */
function write(file: string, keys: readonly StoredKey[]): void {
  // Checked like any other file, so that nothing is written that a service would refuse.
  KEY_FILE.parse({ keys });
  const next = `${file}.${process.pid}.new`;
  writeFileSync(next, `${JSON.stringify({ keys }, null, 2)}\n`, { mode: 0o600 });
  renameSync(next, file);
}
