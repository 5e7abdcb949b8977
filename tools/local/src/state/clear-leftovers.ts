import { type ProcessIdentity, signal } from './process-identity.ts';
import { removeRun, type Run } from './run-file.ts';
import { untilGone } from './until-gone.ts';

const GRACE_MS = 8_000;

/**
 * Ends what a run left behind that did not end in order, and removes its file. Only processes with the id and the
 * start time that the run wrote down are touched. Answers the names of those that were still there.
 */
export async function clearLeftovers(runFile: string, run: Run | undefined): Promise<readonly string[]> {
  const known = (run?.processes ?? []).flatMap(({ name, identity }) => (identity ? [{ name, identity }] : []));
  // Children notice the death of their parent by themselves: give them that moment first.
  const left = await untilGone(identities(known), 500);
  await endProcesses(left);
  removeRun(runFile);
  return known.filter(({ identity }) => left.includes(identity)).map(({ name }) => name);
}

/** SIGTERM, and SIGKILL for those that are still there after 8 seconds. */
export async function endProcesses(processes: readonly ProcessIdentity[]): Promise<void> {
  for (const each of processes) signal(each, 'SIGTERM');
  const stubborn = await untilGone(processes, GRACE_MS);
  for (const each of stubborn) signal(each, 'SIGKILL');
  await untilGone(stubborn, GRACE_MS);
}

function identities(known: readonly { readonly identity: ProcessIdentity }[]): ProcessIdentity[] {
  return known.map(({ identity }) => identity);
}
