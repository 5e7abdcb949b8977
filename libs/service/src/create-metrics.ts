import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

/** Upper bounds of the buckets that durations are counted in, seconds. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A registry with process, memory and event loop figures. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

export interface RedOptions<Label extends string, Outcome extends string> {
  /** Before `_handled_total` and `_handling_seconds`: `grpc_server`. */
  readonly prefix: string;
  /** What ends and takes time, in the plural: `Calls`. */
  readonly what: string;
  /** Labels of both. */
  readonly labels: readonly Label[];
  /** The label of the counter that says how it ended. */
  readonly outcome: Outcome;
  /** Said of the outcome: `by gRPC code`. */
  readonly by: string;
}

/** Rate, errors and duration (https://grafana.com/blog/the-red-method-how-to-instrument-your-services/) of one kind of work. */
export function redMetrics<Label extends string, Outcome extends string>(
  registry: Registry,
  { prefix, what, labels, outcome, by }: RedOptions<Label, Outcome>,
): { handled: Counter<Label | Outcome>; seconds: Histogram<Label> } {
  const registers = [registry];
  const handled = new Counter({
    name: `${prefix}_handled_total`,
    help: `${what} that ended, ${by}.`,
    labelNames: [...labels, outcome],
    registers,
  });
  const seconds = new Histogram({
    name: `${prefix}_handling_seconds`,
    help: `How long ${what.toLowerCase()} took.`,
    labelNames: labels,
    buckets: DURATION_BUCKETS,
    registers,
  });
  return { handled, seconds };
}
