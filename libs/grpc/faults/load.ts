/** One call of a load. Times are of performance.now(). */
export interface Call {
  method: string;
  began: number;
  ended?: number;
  /** What it was answered with. */
  answer?: string;
  error?: string;
}

/** Starts calls at a steady rate until told to stop, whether earlier ones were answered or not. */
export function steadily(perSecond: number, methods: Record<string, () => Promise<string>>) {
  const names = Object.keys(methods);
  const calls: Call[] = [];
  const running = new Set<Promise<void>>();
  const began = performance.now();
  const start = () => {
    const method = names[calls.length % names.length] ?? '';
    const call: Call = { method, began: performance.now() };
    calls.push(call);
    const run = (async () => {
      try {
        call.answer = (await methods[method]?.()) ?? '';
      } catch (error) {
        call.error = String(error instanceof Error ? (error.cause ?? error) : error);
      }
      call.ended = performance.now();
    })();
    running.add(run);
    void run.then(() => running.delete(run));
  };
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
    while (calls.length < due) start();
  }, 5);
  return {
    calls: calls as readonly Call[],
    async stop(): Promise<readonly Call[]> {
      clearInterval(timer);
      await Promise.all(running);
      return calls;
    },
  };
}
