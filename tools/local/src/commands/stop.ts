import type { StatePaths } from '../paths.ts';
import { clearLeftovers } from '../state/clear-leftovers.ts';
import { isAlive, signal } from '../state/process-identity.ts';
import { readRun } from '../state/run-file.ts';
import { untilGone } from '../state/until-gone.ts';

/** Services have 8 s each, the database 17 s: more than this is not a stop in order. */
const PATIENCE_MS = 60_000;

/** `npm run stop`: ends the running platform in order. Answers the exit code. */
export async function stopCommand(_args: readonly string[], paths: StatePaths): Promise<number> {
  const run = readRun(paths.runFile);
  if (!run || !isAlive(run.main)) {
    const cleared = await clearLeftovers(paths.runFile, run);
    console.log(
      cleared.length ? `Ended what a killed run left behind: ${cleared.join(', ')}.` : 'Kiban is not running.',
    );
    return 0;
  }
  signal(run.main, 'SIGTERM');
  const left = await untilGone([run.main], PATIENCE_MS);
  if (left.length) {
    console.error(
      `Process ${run.main.pid} does not end: look at its terminal, or end it with kill -9 ${run.main.pid}.`,
    );
    return 1;
  }
  console.log('Stopped.');
  return 0;
}
