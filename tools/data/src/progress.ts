import cliProgress from 'cli-progress';

/** Shows how far a long command is. */
export interface Progress {
  update(done: number): void;
  stop(): void;
}

export interface ProgressOptions {
  readonly label: string;
  readonly total: number;
  /** What is counted. Default `rows`. */
  readonly unit?: string;
  /** One JSON object per line instead of a bar. */
  readonly json: boolean;
  readonly stream?: NodeJS.WriteStream;
}

const LINE_EVERY_MS = 5_000;

/** A bar with rate and remaining time on a terminal, a line every 5 seconds elsewhere, JSON lines when asked for. */
export function showProgress({
  label,
  total,
  unit = 'rows',
  json,
  stream = process.stdout,
}: ProgressOptions): Progress {
  const started = performance.now();
  const rate = (done: number) => Math.round((done * 1000) / Math.max(1, performance.now() - started));
  if (!json && stream.isTTY) return bar(label, total, unit, rate, stream);
  let last = started;
  let latest = 0;
  const print = () => {
    const remaining = Math.ceil((total - latest) / Math.max(1, rate(latest)));
    stream.write(
      json
        ? `${JSON.stringify({ event: 'progress', what: label, done: latest, total, unit, perSecond: rate(latest), remainingSeconds: remaining })}\n`
        : `${label} ${latest}/${total}, ${rate(latest)} ${unit}/s, ${remaining} s left\n`,
    );
    last = performance.now();
  };
  return {
    update(done) {
      latest = done;
      if (performance.now() - last >= LINE_EVERY_MS) print();
    },
    stop: print,
  };
}

function bar(
  label: string,
  total: number,
  unit: string,
  rate: (done: number) => number,
  stream: NodeJS.WriteStream,
): Progress {
  const view = new cliProgress.SingleBar({
    format: `${label} {bar} {value}/{total} · {rate} ${unit}/s · {eta_formatted} left`,
    stream,
    hideCursor: true,
    clearOnComplete: false,
    etaBuffer: 50,
    fps: 10,
  });
  view.start(total, 0, { rate: '0' });
  return {
    update: (done) => view.update(done, { rate: String(rate(done)) }),
    stop: () => view.stop(),
  };
}
