import { ServiceError } from '@kiban/grpc';

/** The promise, or DEADLINE_EXCEEDED once `signal` aborts. What the promise works on goes on by itself. */
export function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(ServiceError.deadlineExceeded());
    if (signal.aborted) late();
    signal.addEventListener('abort', late, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });
}
