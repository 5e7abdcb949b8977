import { readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMarker } from './marker.ts';
import { readPostmasterFile } from './orphan.ts';
import { isAlive } from './processes.ts';

const KEEP_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Deletes data kept outside for directories that no longer exist: at once when the directory was a temporary one, else
 * 30 days after its last start, because a disk that is not mounted looks the same as a deleted checkout.
 */
export function sweepAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const location = join(parent, name);
    try {
      if (isAbandoned(location)) rmSync(location, { recursive: true, force: true });
    } catch {
      // Not readable or not ours: left alone.
    }
  }
}

function isAbandoned(location: string): boolean {
  const marker = readMarker(location);
  if (!marker?.directory) return false;
  if (readMarker(marker.directory)?.id === marker.id) return false;
  const server = readPostmasterFile(join(location, 'data'));
  if (server && isAlive(server.pid)) return false;
  const temporary = marker.directory.startsWith(`${realpathSync(tmpdir())}/`);
  return temporary || lastStart(location) < Date.now() - KEEP_MS;
}

/** PostgreSQL writes postmaster.opts at every start. */
function lastStart(location: string): number {
  const options = statSync(join(location, 'data', 'postmaster.opts'), { throwIfNoEntry: false });
  return (options ?? statSync(location)).mtimeMs;
}
