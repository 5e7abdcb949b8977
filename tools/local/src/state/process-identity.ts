import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process that cannot be confused with a later one that was given the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal as long as it is the same process. */
  readonly startTime: string;
}

/** Identity of a running process; undefined when there is none with this id. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = process.platform === 'linux' ? procStartTime(pid) : psStartTime(pid);
  return startTime ? { pid, startTime } : undefined;
}

/** Whether that very process still runs. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return identify(pid)?.startTime === startTime;
}

/** Sends a signal to that very process; does nothing when it is gone. */
export function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Parent of a process; undefined when it cannot be told. */
export function parentOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const fields = procStat(pid);
  return fields && Number(fields[1]);
}

/** Fields of /proc/PID/stat behind the name, which may itself hold spaces and brackets. Zombies count as gone. */
function procStat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields;
  } catch {
    return undefined;
  }
}

let bootId: string | undefined;

function procStartTime(pid: number): string | undefined {
  const ticks = procStat(pid)?.[19];
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return ticks && `${bootId} ${ticks}`;
}

function psStartTime(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
