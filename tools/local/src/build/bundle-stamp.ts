import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where `npm start` finds what it runs. */
export function bundleOf(appDir: string): string {
  return join(appDir, 'bundle/main.mjs');
}

/** Whether the bundle is there and was made from sources with this hash. */
export function isFresh(appDir: string, hash: string): boolean {
  try {
    return readFileSync(stampOf(appDir), 'utf8') === stamp(appDir, hash);
  } catch {
    return false;
  }
}

/** Notes what the bundle was made from. */
export function writeStamp(appDir: string, hash: string): void {
  writeFileSync(stampOf(appDir), stamp(appDir, hash));
}

function stampOf(appDir: string): string {
  return join(appDir, 'bundle/sources');
}

/** Size and time of the bundle are part of it: another tool may have made another bundle since. */
function stamp(appDir: string, hash: string): string {
  const { size, mtimeMs } = statSync(bundleOf(appDir));
  return `${hash} ${size} ${Math.round(mtimeMs)}\n`;
}
