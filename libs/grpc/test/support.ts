import type { Code, CallObserver, ServiceError } from '@kiban/grpc';
import { type Demo, type DemoOptions, startDemo } from './start-demo.ts';

/** Demos that are stopped together: `start` in tests, `stopAll` in afterEach. */
export function demos() {
  const started: Demo[] = [];
  return {
    start: async (methods: Parameters<typeof startDemo>[0], options?: DemoOptions): Promise<Demo> => {
      const demo = await startDemo(methods, options);
      started.push(demo);
      return demo;
    },
    stopAll: async (): Promise<void> => {
      await Promise.all(started.splice(0).map((demo) => demo.stop()));
    },
  };
}

/** An observer that keeps the errors of calls, as the logs would. */
export function recorder() {
  const seen: { code: Code; error?: ServiceError | undefined }[] = [];
  const observer: CallObserver = { start: () => ({ end: (code, error) => void seen.push({ code, error }) }) };
  return { seen, observer };
}

/** What a call failed with. */
export async function failure(call: Promise<unknown>): Promise<ServiceError> {
  return await call.then(
    () => {
      throw new Error('the call succeeded');
    },
    (error: unknown) => error as ServiceError,
  );
}
