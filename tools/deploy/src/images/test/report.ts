import type { RebuildTime } from './rebuild.ts';
import type { ImageResult } from './try-image.ts';

/** What the images should stay under. */
export const GOALS = { megabytes: 150, startMs: 400, rebuildMs: 3000 } as const;

/** Everything that one run of the image test saw. */
export interface ImageReport {
  /** Of the machine before the run, one minute's: with other work on it the times say little, the rest still does. */
  readonly loadAverage: number;
  readonly bases: string;
  readonly images: readonly ImageResult[];
  readonly rebuild: RebuildTime | undefined;
}

/** The table of docs/results/images.md. */
export function markdown({ bases, images, rebuild, loadAverage }: ImageReport): string {
  const rows = images.map(({ app, megabytes, startMs, memoryMb, stopMs, problems }) =>
    row([
      app,
      megabytes.toFixed(0),
      startMs.length ? `${median(startMs)} (${Math.min(...startMs)} to ${Math.max(...startMs)})` : '-',
      memoryMb === undefined ? '-' : String(memoryMb),
      stopMs === undefined ? '-' : String(stopMs),
      problems.length ? problems.join('; ') : 'none',
    ]),
  );
  return `${[
    row([
      'image',
      'size, MB',
      'start to SERVING, ms: median (range)',
      'memory, MB',
      'SIGTERM to exit 0, ms',
      'problems',
    ]),
    row(['---', '---', '---', '---', '---', '---']),
    ...rows,
  ].join(
    '\n',
  )}\n\n${verdict(images)}${rebuild ? rebuildLine(rebuild) : ''}Bases: ${bases}. Load average before the run: ${loadAverage.toFixed(1)}; with other work on the machine the times say little, sizes and\nproblems still do.\n`;
}

/** The largest image and the slowest start beside what they should be. */
function verdict(images: readonly ImageResult[]): string {
  const size = Math.max(...images.map(({ megabytes }) => megabytes));
  const start = Math.max(...images.filter(({ startMs }) => startMs.length > 0).map(({ startMs }) => median(startMs)));
  const says = (value: number, goal: number) => (value <= goal ? 'met' : '**not met**');
  return (
    `Size: at most ${size.toFixed(0)} MB, goal ${GOALS.megabytes} MB ${says(size, GOALS.megabytes)}. ` +
    `SERVING: slowest median ${start} ms, goal ${GOALS.startMs} ms ${says(start, GOALS.startMs)}.\n\n`
  );
}

function rebuildLine({ compileMs, bundleMs, imageMs }: RebuildTime): string {
  const sum = compileMs + bundleMs + imageMs;
  return `Rebuild of content after a change of one line: ${sum} ms (compile ${compileMs}, bundle ${bundleMs}, image ${imageMs}); goal ${GOALS.rebuildMs} ms ${sum <= GOALS.rebuildMs ? 'met' : '**not met**'}. \`npm run loop\` copies the bundle instead.\n\n`;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
