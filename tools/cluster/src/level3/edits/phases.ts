import { globSync, readFileSync } from 'node:fs';

/** Where the time from a saved file to an answer of the new program went, ms each, in order. */
const PHASES = [
  'bundled by the loop',
  'noticed by Skaffold',
  'copied into the pod, noticed by Node',
  'the old program drained',
  'until Node started the new one',
  'until it served',
  'until asked and answered over REST',
] as const;

/** Moments of one edit, ms since 1970; those in the pod by the clock of its log. */
export interface Moments {
  readonly saved: number;
  readonly bundled: number;
  readonly syncing: number;
  readonly answered: number;
}

/** Reads what the pod's log says about an edit. @returns undefined when the log does not hold what it should */
export function phasesOf(service: string, { saved, bundled, syncing, answered }: Moments): number[] | undefined {
  const lines = logOf(service).filter(({ at }) => at >= saved && at <= answered);
  const stopping = lines.find(({ text }) => text.includes('stopping: no new work'))?.at;
  const stopped = lines.find(({ text }) => text.includes('"stopped"'))?.at;
  const serves = lines.findLast(({ text }) => text.includes(`${service} serves`));
  const ran = Number(/"ms":(\d+)/.exec(serves?.text ?? '')?.[1]);
  if (stopping === undefined || stopped === undefined || !serves || Number.isNaN(ran)) return undefined;
  const moments = [saved, bundled, syncing, stopping, stopped, serves.at - ran, serves.at, answered];
  return moments.slice(1).map((at, index) => Math.round(at - (moments[index] ?? at)));
}

/** The lines that the container runtime wrote for a service's pods, with their times. */
function logOf(service: string): { at: number; text: string }[] {
  return globSync(`/var/log/pods/kiban_${service}-*/app/*.log`)
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .map((line) => ({ at: Date.parse(line.slice(0, line.indexOf(' '))), text: line }))
    .filter(({ at }) => !Number.isNaN(at));
}

export const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;

/** The median of each phase, as a sentence. */
export function sentence(edits: readonly (readonly number[])[]): string {
  return PHASES.map((name, phase) => `${name} ${middle(edits.map((each) => each[phase] ?? 0))}`).join(', ');
}
