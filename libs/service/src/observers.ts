import type { CallObservation, CallObserver, ClientObserver } from '@kiban/grpc';

/** One observer that tells several; the first is the outermost. */
export function joinObservers(observers: readonly CallObserver[]): CallObserver {
  return {
    start(context, method) {
      const observations = observers.map((observer) => observer.start(context, method));
      return {
        run: (fn) => observations.reduceRight<typeof fn>((next, each) => () => within(each, next), fn)(),
        end(code, error) {
          for (const observation of observations.toReversed()) observation.end(code, error);
        },
      };
    },
    refused(method) {
      for (const observer of observers) observer.refused?.(method);
    },
  };
}

function within<R>(observation: CallObservation, fn: () => R): R {
  return observation.run ? observation.run(fn) : fn();
}

/** The same for outgoing calls. */
export function joinClientObservers(observers: readonly ClientObserver[]): ClientObserver {
  return {
    start(method, metadata) {
      const observations = observers.map((observer) => observer.start(method, metadata));
      return {
        end(code) {
          for (const observation of observations) observation.end(code);
        },
      };
    },
  };
}
