import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

interface Row {
  readonly pid: number;
  readonly parent: number;
  /** Only where it comes with the list. */
  readonly rssBytes?: number;
}

/**
 * Memory of processes together with what they started and is not in the list itself, bytes by process id: the
 * proportional share (PSS) on Linux, where shared pages count once in total; the resident size elsewhere.
 */
export function memoryOf(pids: readonly number[]): ReadonlyMap<number, number> {
  const rows = process.platform === 'linux' ? procRows() : psRows();
  const byParent = Map.groupBy(rows, (row) => row.parent);
  const byPid = new Map(rows.map((row) => [row.pid, row]));
  const listed = new Set(pids);
  const sum = (row: Row): number =>
    (byParent.get(row.pid) ?? [])
      .filter((child) => !listed.has(child.pid))
      .reduce((total, child) => total + sum(child), own(row));
  return new Map(pids.map((pid) => [pid, byPid.has(pid) ? sum(byPid.get(pid)!) : 0]));
}

function own({ pid, rssBytes }: Row): number {
  if (rssBytes !== undefined) return rssBytes;
  return kilobytes(`/proc/${pid}/smaps_rollup`, 'Pss') ?? kilobytes(`/proc/${pid}/status`, 'VmRSS') ?? 0;
}

function kilobytes(file: string, field: string): number | undefined {
  try {
    const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'utf8'));
    return found ? Number(found[1]) * 1024 : undefined;
  } catch {
    return undefined;
  }
}

function procRows(): Row[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        return [{ pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) }];
      } catch {
        return [];
      }
    });
}

function psRows(): Row[] {
  const out = execFileSync('ps', ['-axo', 'pid=,ppid=,rss='], { encoding: 'utf8', maxBuffer: 1 << 24 });
  return out.split('\n').flatMap((line) => {
    const [pid, parent, rss] = line.trim().split(/\s+/).map(Number);
    return pid && parent !== undefined && rss !== undefined ? [{ pid, parent, rssBytes: rss * 1024 }] : [];
  });
}
