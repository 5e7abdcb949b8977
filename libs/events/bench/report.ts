import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';

const FILE = join(import.meta.dirname, '../../../docs/results/outbox-bench.md');

/** One line of the table. */
export interface Figure {
  readonly section: string;
  readonly what: string;
  readonly figure: string;
  /** Raw numbers behind the figure, for `--json`. */
  readonly values: Readonly<Record<string, number>>;
  readonly target?: string;
  readonly met?: boolean;
  /** A ratio or a limit that does not depend on the speed of the machine: missing it fails the command. */
  readonly gate?: boolean;
}

export type Report = (figure: Omit<Figure, 'section'>) => void;

/** Replaces the lines of the sections that were measured, keeps the others, and says under which load. */
export function writeTable(figures: readonly Figure[], order: readonly string[], size: string): void {
  const measured = new Set(figures.map(({ section }) => section));
  const old = existsSync(FILE) ? readFileSync(FILE, 'utf8').split('\n') : [];
  const kept = old.filter((line) => {
    const section = /^\| ([a-z]+) \|/.exec(line)?.[1];
    return section !== undefined && order.includes(section) && !measured.has(section);
  });
  const load = loadavg()[0]?.toFixed(1) ?? '';
  const lines = figures.map(({ section, what, figure, target, met }) => {
    const verdict = met === undefined ? '' : met ? 'met' : 'missed';
    return `| ${section} | ${what} | ${figure} | ${target ?? ''} | ${verdict} | ${load} |`;
  });
  const position = (line: string) => order.indexOf(/^\| ([a-z]+) \|/.exec(line)?.[1] ?? '');
  const head = `# Benchmark: the outbox
Regenerate with \`npm run bench -- outbox --write\`, or a part of it with \`--only ${order.slice(0, 2).join(',')}\`. The lines of a section
come from one run on one embedded PostgreSQL that syncs to disk, with 2 shared cores; events have 400 B over 1,000 keys. ${size}
Where two designs are compared they alternate in the same run and the median round counts. "CPU" is the time that Node and
PostgreSQL spent per event; it depends less on the load of the machine than a rate does. The queues beside ours keep no
order per key. "load" is the load average of the last minute when the section ended.

| section | what | figure | target | | load |
|---|---|---|---|---|---|
`;
  const sorted = [...kept, ...lines].sort((a, b) => position(a) - position(b));
  mkdirSync(join(FILE, '..'), { recursive: true });
  writeFileSync(FILE, `${head}${sorted.join('\n')}\n`);
}

export const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en')} ev/s`;
