import { readFileSync } from 'node:fs';
import { identify, isAlive, parentOf, type ProcessIdentity } from '../state/process-identity.ts';

const LOOK_EVERY_MS = 500;

/**
 * The npm that runs this script: `npm start` is npm, often a shell, and this. Somebody who kills npm means all of it,
 * but the shell between hides that from us. Undefined when not started by npm, or where it cannot be told.
 */
export function findLauncher(): ProcessIdentity | undefined {
  if (!process.env['npm_lifecycle_event']) return undefined;
  const parent = process.ppid;
  const npm = [parent, parentOf(parent)].find((pid) => pid !== undefined && isNpm(pid));
  return npm === undefined ? undefined : identify(npm);
}

/** Calls `onDeath` once when the launcher is gone. Answers a function that stops watching. */
export function watchLauncher(launcher: ProcessIdentity | undefined, onDeath: () => void): () => void {
  if (!launcher) return () => {};
  const timer = setInterval(() => {
    if (isAlive(launcher)) return;
    clearInterval(timer);
    onDeath();
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** npm calls itself `npm start` in the list of processes; before it does, it is `node .../npm-cli.js`. */
function isNpm(pid: number): boolean {
  try {
    return /^npm |npm-cli\.js|[/\\]npm\0/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}
