import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** What the process had done when it was looked at. */
export interface Moment {
  readonly at: number;
  /** What the process has computed so far, ms: on a crowded machine the loop is also busy while it waits for a core. */
  readonly cpuMs: number;
  readonly loop: EventLoopUtilization;
}

export function moment(): Moment {
  return { at: performance.now(), cpuMs: cpuMs(), loop: performance.eventLoopUtilization() };
}

/** Share of the time since then that the loop was busy. */
export function busySince({ loop }: Moment): number {
  return performance.eventLoopUtilization(loop).utilization;
}

/** What the process computed since then, ms. */
export function cpuSince(then: Moment): number {
  return cpuMs() - then.cpuMs;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
