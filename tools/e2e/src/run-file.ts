import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One process of the platform under test, as `npm run status` knows it. */
export interface RunningProcess {
  readonly name: string;
  readonly identity?: { readonly pid: number };
  /** By protocol: grpc, http, ops. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly state: string;
  readonly restarts: number;
}

/** The processes of the platform that start-platform.mjs started, or of the run in another state folder. */
export function processes(stateDir = process.env['E2E_STATE_DIR'] ?? '.kiban'): RunningProcess[] {
  const run = JSON.parse(readFileSync(join(stateDir, 'run.json'), 'utf8')) as { processes: RunningProcess[] };
  return run.processes;
}

/** Id of a service's process; throws when it does not run. */
export function pidOf(name: string, stateDir?: string): number {
  const found = processes(stateDir).find((each) => each.name === name);
  if (!found?.identity) throw new Error(`${name} does not run`);
  return found.identity.pid;
}

/** Whether a process with this id exists. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
