import { imageName } from '../apps.ts';
import { docker, tryDocker } from '../docker.ts';
import { LOOK_INSIDE, SHELLS } from './confined.ts';
import type { Lab } from './lab.ts';
import { type StartTime, startTime } from './start-time.ts';
import type { Subject } from './subjects.ts';

const STOP_LIMIT_S = 10;

/** What was seen of one image. */
export interface ImageResult {
  readonly app: string;
  readonly megabytes: number;
  readonly starts: readonly StartTime[];
  readonly memoryMb: number | undefined;
  readonly stopMs: number | undefined;
  /** One sentence for everything that is not as it must be. */
  readonly problems: readonly string[];
}

/** Starts the image confined again and again, looks at it from inside and outside, and ends it. Leaves it running when others need it. */
export async function tryImage(lab: Lab, subject: Subject, repeat: number): Promise<ImageResult> {
  const { app, health, migrates } = subject;
  const problems = [...shells(app)];
  const megabytes = Number(docker(['image', 'inspect', '--format', '{{.Size}}', imageName(app)])) / 1e6;
  if (migrates) {
    const { code, output } = lab.run(subject, ['main.mjs', 'migrate']);
    if (code !== 0) problems.push(`migrate ended with ${code}: ${output.split('\n').at(-1)}`);
  }
  if (!health) {
    const { code, output } = lab.run(subject, subject.args ?? []);
    if (code !== 0) problems.push(`ended with ${code}: ${output.split('\n').at(-1)}`);
    return { app, megabytes, starts: [], memoryMb: undefined, stopMs: undefined, problems };
  }
  const starts: StartTime[] = [];
  const stops: number[] = [];
  let name = '';
  for (let start = 0; start < repeat; start++) {
    if (start > 0) stops.push(stop(name, problems));
    const asked = Date.now();
    if (start === 0) name = lab.start(subject);
    else docker(['start', name]);
    const time = await startTime(name, subject, asked);
    const said = lab.probe(subject);
    if (time === undefined || said !== 'SERVING') {
      const log = tryDocker(['logs', '--tail', '3', name]);
      problems.push(`does not serve (${said}): ${(log.stdout + log.stderr).trim()}`);
      break;
    }
    starts.push(time);
  }
  const inside = tryDocker(['exec', name, '/nodejs/bin/node', '-e', LOOK_INSIDE]);
  if (inside.stdout.trim() !== 'confined') problems.push(`inside: ${(inside.stdout || inside.stderr).trim()}`);
  return {
    app,
    megabytes,
    starts,
    memoryMb: memory(name),
    stopMs: stops.length ? Math.max(...stops) : undefined,
    problems,
  };
}

/** SIGTERM, then the exit code within the limit; answers how long it took. */
function stop(name: string, problems: string[]): number {
  const started = performance.now();
  docker(['stop', '--time', String(STOP_LIMIT_S), name]);
  const ms = performance.now() - started;
  const code = docker(['inspect', '--format', '{{.State.ExitCode}}', name]);
  if (code !== '0') problems.push(`SIGTERM ended with ${code}, not 0`);
  if (ms > STOP_LIMIT_S * 1000) problems.push(`SIGTERM took ${Math.round(ms)} ms`);
  return Math.round(ms);
}

function memory(name: string): number | undefined {
  const [, digits, unit] =
    /([\d.]+)([KMG])iB/.exec(tryDocker(['stats', '--no-stream', '--format', '{{.MemUsage}}', name]).stdout) ?? [];
  if (digits === undefined) return undefined;
  const scale = { K: 1 / 1024, M: 1, G: 1024 }[unit ?? 'M'] ?? 1;
  return Math.round(Number(digits) * scale * 1.048576);
}

function shells(app: string): string[] {
  return SHELLS.filter((path) => {
    const { status } = tryDocker(['run', '--rm', '--network=none', '--entrypoint', path, imageName(app), '-c', 'true']);
    return status !== 127;
  }).map((path) => `has a shell: ${path}`);
}
