import type { Difference, SelfTime } from '../profile/self-times.ts';
import { table } from './table.ts';

/** Self times, as percent of one core. */
export function topFunctions(times: readonly SelfTime[]): string {
  return table([
    ['self', 'function', 'where'],
    ...times.map((time) => [percent(time.msPerSecond), time.name, where(time)]),
  ]);
}

/** Differences of self times, in points of one core. */
export function comparison(changes: readonly Difference[]): string {
  return table([
    ['before', 'now', 'change', 'function', 'where'],
    ...changes.map((change) => [
      percent(change.before),
      percent(change.msPerSecond),
      `${change.change > 0 ? '+' : ''}${percent(change.change)}`,
      change.name,
      where(change),
    ]),
  ]);
}

function percent(msPerSecond: number): string {
  return `${(msPerSecond / 10).toFixed(2)} %`;
}

function where({ file, line }: SelfTime): string {
  return file ? `${file}:${line}` : '';
}
