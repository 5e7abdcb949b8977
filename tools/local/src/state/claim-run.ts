import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartError } from '../start-error.ts';
import { clearLeftovers, endProcesses } from './clear-leftovers.ts';
import { isAlive } from './process-identity.ts';
import { readRun } from './run-file.ts';

/**
 * Makes sure that no other run uses the state folder: clears what a killed run left behind. Answers the names of the
 * processes that were cleared. Throws StartError, which says how to reach the other run, when one is up.
 */
export async function claimRun(runFile: string): Promise<readonly string[]> {
  mkdirSync(dirname(runFile), { recursive: true });
  const run = readRun(runFile);
  if (run && isAlive(run.main)) {
    const abandoned = run.launcher !== undefined && !isAlive(run.launcher);
    if (!abandoned) {
      throw new StartError(
        `Kiban is running already at ${run.gateway} (process ${run.main.pid}): npm run status shows it, npm run stop stops it.`,
      );
    }
    await endProcesses([run.main]);
  }
  return clearLeftovers(runFile, run);
}
