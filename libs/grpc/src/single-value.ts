import { isObservable, type Observable } from 'rxjs';

/** The value that a unary handler behind interceptors answers with: the last one of an Observable. */
export async function lastValue(result: Observable<unknown>, signal: AbortSignal): Promise<unknown> {
  let last: unknown;
  for await (const value of iterateObservable(result, signal)) last = value;
  return last;
}

/** What a streaming handler yields: an async iterable, or an Observable of values or of async iterables. */
export async function* eachValue(result: unknown, signal: () => AbortSignal): AsyncGenerator<unknown, void> {
  if (isAsyncIterable(result)) yield* result;
  else if (isObservable(result)) {
    for await (const value of iterateObservable(result, signal())) {
      if (isAsyncIterable(value)) yield* value;
      else yield value;
    }
  } else {
    throw new TypeError(
      'a streaming handler must return an async iterable or an Observable: make it `async *method()`',
    );
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Subscribes; leaving the loop, or the signal, unsubscribes. Values wait in memory when the reader is slower. */
async function* iterateObservable(source: Observable<unknown>, signal: AbortSignal): AsyncGenerator<unknown, void> {
  const queue: unknown[] = [];
  let ended: { error?: unknown } | undefined;
  let wake = () => {};
  const end = (outcome: { error?: unknown }) => {
    ended ??= outcome;
    wake();
  };
  const subscription = source.subscribe({
    next: (value) => {
      queue.push(value);
      wake();
    },
    error: (error: unknown) => end({ error }),
    complete: () => end({}),
  });
  const abort = () => end({ error: signal.reason });
  signal.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      while (queue.length) yield queue.shift();
      if (ended) {
        if ('error' in ended) throw ended.error;
        return;
      }
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal.removeEventListener('abort', abort);
    subscription.unsubscribe();
  }
}
