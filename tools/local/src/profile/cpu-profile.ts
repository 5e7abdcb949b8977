import { setTimeout as delay } from 'node:timers/promises';
import type { InspectorSession } from './inspector.ts';
import { originalNames } from './original-names.ts';

/** Where a function is; line and column count from 0. */
export interface CallFrame {
  functionName: string;
  url: string;
  lineNumber: number;
  columnNumber: number;
}

/** A .cpuprofile as Chrome's DevTools and VS Code open it. Times are in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: CallFrame;
    readonly children?: readonly number[];
  }[];
  readonly startTime: number;
  readonly endTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const SAMPLE_EVERY_US = 1_000;

/** Samples a process for `seconds`. Functions have the names and places that they have in the sources. */
export async function takeCpuProfile(session: InspectorSession, seconds: number): Promise<CpuProfile> {
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US });
  await session.send('Profiler.start');
  await delay(seconds * 1000);
  const { profile } = (await session.send('Profiler.stop')) as { profile: CpuProfile };
  // Now, not when it is read: the next build replaces bundle and source map.
  const restore = originalNames();
  for (const { callFrame } of profile.nodes) restore(callFrame);
  return profile;
}
