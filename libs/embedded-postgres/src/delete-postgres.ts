import { rmSync } from 'node:fs';
import { stopOrphan } from './orphan.ts';
import { findStateFolder } from './state-folder.ts';
import { lockSupervisor } from './supervisor-lock.ts';

/**
 * Deletes everything of a server: the directory and, when root's data had to be kept elsewhere, that too. A server left
 * over by a killed process is stopped first. Does nothing when the directory is not one of ours; rejects with
 * PostgresError (already-running) while a process supervises it.
 */
export async function deletePostgres(dataDir: string): Promise<void> {
  const folder = findStateFolder(dataDir);
  if (!folder) return;
  lockSupervisor(folder.lockFile, folder.directory);
  await stopOrphan(folder.data);
  for (const path of new Set([folder.location, folder.directory])) rmSync(path, { recursive: true, force: true });
}
