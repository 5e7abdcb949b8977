import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second in /proc; 100 on every Linux that Node runs on. */
const TICKS = 100;

export interface CpuSeconds {
  /** This process. */
  readonly node: number;
  /** The PostgreSQL server with all its backends; NaN where there is no /proc. */
  readonly postgres: number;
}

/** CPU time spent since it was made: unlike a rate, it hardly depends on what else the machine does. */
export function cpuMeter(serverPid: number): () => CpuSeconds {
  const start = read(serverPid);
  return () => {
    const now = read(serverPid);
    return { node: now.node - start.node, postgres: now.postgres - start.postgres };
  };
}

/** CPU time of one process since it started; NaN where there is no /proc. */
export function processSeconds(pid: number): number {
  const ticks = statOf(pid).own;
  return ticks === 0 ? Number.NaN : ticks / TICKS;
}

function read(serverPid: number): CpuSeconds {
  const { user, system } = process.cpuUsage();
  return { node: (user + system) / 1e6, postgres: serverSeconds(serverPid) };
}

function serverSeconds(serverPid: number): number {
  try {
    let ticks = 0;
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (!Number.isInteger(pid)) continue;
      const stat = statOf(pid);
      // Children that ended are counted in their parent's cutime and cstime.
      if (pid === serverPid) ticks += stat.own + stat.ended;
      else if (stat.parent === serverPid) ticks += stat.own;
    }
    return ticks / TICKS;
  } catch {
    return Number.NaN;
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: ppid is field 4, utime to cstime are 14 to 17. */
function statOf(pid: number): { parent: number; own: number; ended: number } {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return { parent: 0, own: 0, ended: 0 }; // it has just ended
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (n: number) => Number(fields[n - 3]);
  return { parent: field(4), own: field(14) + field(15), ended: field(16) + field(17) };
}
