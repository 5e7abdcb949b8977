import type { CpuProfile } from './cpu-profile.ts';

/** What one function did itself, without what it called. */
export interface SelfTime {
  readonly name: string;
  /** File, without line: it stays the same between versions. */
  readonly file: string;
  /** First line of the function, from 1; 0 for the parts of the machine. */
  readonly line: number;
  /** CPU milliseconds for each second of the profile, so that profiles of different length compare. */
  readonly msPerSecond: number;
}

/** Waiting is no work. */
const IDLE = '(idle)';

/** Self times of all functions, the longest first. */
export function selfTimes({ nodes, samples, timeDeltas, startTime, endTime }: CpuProfile): SelfTime[] {
  const seconds = (endTime - startTime) / 1e6;
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const found = new Map<string, { name: string; file: string; line: number; us: number }>();
  samples.forEach((id, index) => {
    const frame = frames.get(id);
    if (!frame || frame.functionName === IDLE) return;
    const name = frame.functionName || '(anonymous)';
    // Those without a name are told apart by their line.
    const key = `${name} ${frame.url} ${frame.functionName ? '' : frame.lineNumber}`;
    const line = frame.url ? frame.lineNumber + 1 : 0;
    const entry = found.get(key) ?? { name, file: frame.url, line, us: 0 };
    entry.us += timeDeltas[index] ?? 0;
    found.set(key, entry);
  });
  return [...found.values()]
    .map(({ name, file, line, us }) => ({ name, file, line, msPerSecond: us / 1000 / seconds }))
    .toSorted((a, b) => b.msPerSecond - a.msPerSecond);
}

/** The work of all functions together, ms for each second. */
export function busyMs(times: readonly SelfTime[]): number {
  return times.reduce((sum, { msPerSecond }) => sum + msPerSecond, 0);
}

/** One function in two profiles. */
export interface Difference extends SelfTime {
  readonly before: number;
  readonly change: number;
}

/** What changed from one profile to the next, the largest change first. A function is the same by name and file. */
export function compareTimes(before: readonly SelfTime[], after: readonly SelfTime[]): Difference[] {
  const keyOf = ({ name, file, line }: SelfTime) => `${name} ${file} ${name === '(anonymous)' ? line : ''}`;
  const old = new Map(before.map((time) => [keyOf(time), time]));
  const gone = new Map(old);
  const rows = after.map((time) => {
    gone.delete(keyOf(time));
    const was = old.get(keyOf(time))?.msPerSecond ?? 0;
    return { ...time, before: was, change: time.msPerSecond - was };
  });
  for (const time of gone.values()) {
    rows.push({ ...time, msPerSecond: 0, before: time.msPerSecond, change: -time.msPerSecond });
  }
  return rows.toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change));
}
