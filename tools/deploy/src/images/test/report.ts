import type { RebuildTime } from './rebuild.ts';
import type { ImageResult } from './try-image.ts';

/** What the images should stay under. */
const GOALS = { megabytes: 150, startMs: 400, rebuildMs: 3000 } as const;

/** Everything that one run of the image test saw. */
export interface ImageReport {
  /** Of the machine before the run, one minute's: with other work on it the times say little, the rest still does. */
  readonly loadAverage: number;
  readonly bases: string;
  readonly images: readonly ImageResult[];
  readonly rebuilds: readonly RebuildTime[];
}

/** The table of docs/results/images.md. */
export function markdown({ bases, images, rebuilds, loadAverage }: ImageReport): string {
  const rows = images.map(({ app, megabytes, starts, memoryMb, stopMs, problems }) =>
    row([
      app,
      megabytes.toFixed(0),
      range(starts.map(({ processMs }) => processMs)),
      range(starts.map(({ dockerMs }) => dockerMs)),
      memoryMb === undefined ? '-' : String(memoryMb),
      stopMs === undefined ? '-' : String(stopMs),
      problems.length ? problems.join('; ') : 'none',
    ]),
  );
  return `${[
    row([
      'image',
      'size, MB',
      'process start to SERVING, ms: median (range)',
      '`docker start` to SERVING, ms',
      'memory, MB',
      'SIGTERM to exit 0, ms',
      'problems',
    ]),
    row(['---', '---', '---', '---', '---', '---', '---']),
    ...rows,
  ].join(
    '\n',
  )}\n\n${verdict(images)}${rebuilds.length > 0 ? rebuildLine(rebuilds) : ''}Bases: ${bases}. Load average before the run: ${loadAverage.toFixed(1)}; with other work on the machine the times say little, sizes and\nproblems still do.\n`;
}

/** The largest image and the slowest start beside what they should be. */
function verdict(images: readonly ImageResult[]): string {
  const size = Math.max(...images.map(({ megabytes }) => megabytes));
  const started = images.filter(({ starts }) => starts.length > 0);
  const start = Math.max(...started.map(({ starts }) => median(starts.map(({ processMs }) => processMs))));
  const says = (value: number, goal: number) => (value <= goal ? 'met' : '**not met**');
  return (
    `Size: at most ${size.toFixed(0)} MB, goal ${GOALS.megabytes} MB ${says(size, GOALS.megabytes)}. ` +
    `SERVING: slowest median ${start} ms after the start of its process, goal ${GOALS.startMs} ms ${says(start, GOALS.startMs)}; what Docker does\nbefore that is in the next column.\n\n`
  );
}

function rebuildLine(rebuilds: readonly RebuildTime[]): string {
  const sums = rebuilds.map(({ compileMs, bundleMs, imageMs }) => compileMs + bundleMs + imageMs);
  const of = (part: keyof RebuildTime) => median(rebuilds.map((each) => each[part]));
  const sum = median(sums);
  return (
    `Rebuild of content after a change of one line, \`npm run images -- --bundle content\`: median ${sum} ms of ${sums.length} ` +
    `(${Math.min(...sums)} to ${Math.max(...sums)}; compile ${of('compileMs')}, bundle ${of('bundleMs')}, image ${of('imageMs')}); ` +
    `goal ${GOALS.rebuildMs} ms ${sum <= GOALS.rebuildMs ? 'met' : '**not met**'}. An edit needs no image: \`npm run loop\`.\n\n`
  );
}

const range = (values: readonly number[]): string =>
  values.length ? `${median(values)} (${Math.min(...values)} to ${Math.max(...values)})` : '-';

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
