import {
  chmodSync,
  chownSync,
  cpSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { SystemUser } from './system-user.ts';

/** Systems clear files of ten days from temporary directories: before that age a cache is whole. */
const MAX_AGE_MS = 5 * 24 * 60 * 60 * 1000;

/** Fills the empty directory `staging` with what initdb made earlier and returns its password; undefined without one. */
export function copyFromCache(cached: string, staging: string, user: SystemUser | undefined): string | undefined {
  const stat = lstatSync(cached, { throwIfNoEntry: false });
  const uid = process.getuid?.();
  // The cache lives in a shared temporary directory: what somebody else put there is not used.
  if (!stat || (uid !== undefined && (stat.uid !== uid || (stat.mode & 0o077) !== 0))) return undefined;
  try {
    if (stat.mtimeMs < Date.now() - MAX_AGE_MS) {
      rmSync(cached, { recursive: true });
      return undefined;
    }
    cpSync(join(cached, 'data'), staging, { recursive: true });
    chmodSync(staging, 0o700);
    if (user) chownAll(staging, user);
    return readFileSync(join(cached, 'password'), 'utf8');
  } catch {
    // Another process is replacing it.
    for (const name of readdirSync(staging)) rmSync(join(staging, name), { recursive: true, force: true });
    return undefined;
  }
}

/** Keeps a fresh data directory for the next time. Failing to is harmless. */
export function copyToCache(staging: string, cached: string, password: string): void {
  const own = mkdtempSync(`${cached}.`);
  try {
    cpSync(staging, join(own, 'data'), { recursive: true });
    writeFileSync(join(own, 'password'), password, { mode: 0o600 });
    renameSync(own, cached);
  } catch {
    // Another process was first, or the disk is short: the cache only saves time.
    rmSync(own, { recursive: true, force: true });
  }
}

function chownAll(path: string, user: SystemUser): void {
  chownSync(path, user.uid, user.gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) chownAll(join(path, name), user);
}
