import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Above this median delay of the event loop over a second, new calls are refused, ms. */
const LIMIT_MS = 400;

/** Tells whether the process is too busy: asked for each call, measured once a second. */
export function watchLoad(limitMs = LIMIT_MS): { overloaded: () => number | undefined; stop(): void } {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  let busy = false;
  const timer = setInterval(() => {
    busy = delay.percentile(50) / 1e6 > limitMs;
    delay.reset();
  }, 1000).unref();
  return {
    overloaded: () => (busy ? 1000 : undefined),
    stop() {
      clearInterval(timer);
      delay.disable();
    },
  };
}
