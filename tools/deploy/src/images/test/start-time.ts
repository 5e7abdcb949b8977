import { setTimeout as sleep } from 'node:timers/promises';
import { docker, tryDocker } from '../docker.ts';
import type { Subject } from './subjects.ts';

/** How long one start took until the image served, ms. */
export interface StartTime {
  /** From the start of the process: by its own clock where it says so, else from the moment that Docker calls its start. */
  readonly processMs: number;
  /** From the `docker start` or `docker run` that was typed. */
  readonly dockerMs: number;
}

const TRIES = 100;
const ASK_MS = 300;

/**
 * Waits for the line by which the image says that it serves. Nothing else is asked meanwhile: a second container that starts
 * would take the time that it measures. @returns undefined when it does not come
 */
export async function startTime(name: string, { says }: Subject, asked: number): Promise<StartTime | undefined> {
  for (let tries = 0; tries < TRIES; tries++) {
    await sleep(ASK_MS);
    const { stdout, stderr } = tryDocker(['logs', '--timestamps', '--tail', '30', name]);
    const line = `${stdout}${stderr}`.split('\n').findLast((each) => says?.test(each) && timeOf(each) >= asked);
    if (line === undefined) continue;
    const started = Date.parse(docker(['inspect', '--format', '{{.State.StartedAt}}', name]));
    const own = /"ms":(\d+)/.exec(line)?.[1];
    return { processMs: own === undefined ? timeOf(line) - started : Number(own), dockerMs: timeOf(line) - asked };
  }
  return undefined;
}

const timeOf = (line: string): number => Date.parse(line.slice(0, line.indexOf(' ')));
