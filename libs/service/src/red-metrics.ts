import type { Metric, Registry } from 'prom-client';

/** Upper bounds of the buckets that durations are counted in, seconds. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface RedOptions {
  /** Before `_handled_total` and `_handling_seconds`: `grpc_server`. */
  readonly prefix: string;
  /** What ends and takes time, in the plural: `Calls`. */
  readonly what: string;
  /** Labels of both. */
  readonly labels: readonly string[];
  /** The label of the counter that says how it ended. */
  readonly outcome: string;
  /** Said of the outcome: `by gRPC code`. */
  readonly by: string;
}

/**
 * Rate, errors and duration (https://grafana.com/blog/the-red-method-how-to-instrument-your-services/) of one kind of work.
 * prom-client looks the labels up at each count, which costs more than anything else that is measured of a call; here
 * who counts keeps the series of its labels.
 * @returns what opens the series of some values of the labels, in their order; once for each combination
 */
export function redMetrics(
  registry: Registry,
  { prefix, what, labels, outcome, by }: RedOptions,
): (...values: readonly string[]) => RedSeries {
  const series: RedSeries[] = [];
  register(registry, 'counter', `${prefix}_handled_total`, `${what} that ended, ${by}.`, () =>
    series.flatMap((each) => each.handled(outcome)),
  );
  const name = `${prefix}_handling_seconds`;
  register(registry, 'histogram', name, `How long ${what.toLowerCase()} took.`, () =>
    series.flatMap((each) => each.took(name)),
  );
  return (...values) => {
    const opened = new RedSeries(labels, values);
    series.push(opened);
    return opened;
  };
}

type Labels = Record<string, string>;

/** What ended under the same labels. */
export class RedSeries {
  readonly #labels: Labels;
  readonly #byOutcome = new Map<string | number, number>();
  /** By bucket, the last of them for what took longer than all bounds. */
  readonly #buckets = new Float64Array(DURATION_BUCKETS.length + 1);
  #seconds = 0;

  constructor(names: readonly string[], values: readonly string[]) {
    this.#labels = Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
  }

  /** Something ended that took `seconds`. */
  ended(outcome: string | number, seconds: number): void {
    this.#count(outcome);
    let bucket = 0;
    while (bucket < DURATION_BUCKETS.length && seconds > (DURATION_BUCKETS[bucket] as number)) bucket++;
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1;
    this.#seconds += seconds;
  }

  /** Something ended that was not begun: it took no time. */
  refused(outcome: string | number): void {
    this.#count(outcome);
  }

  #count(outcome: string | number): void {
    this.#byOutcome.set(outcome, (this.#byOutcome.get(outcome) ?? 0) + 1);
  }

  /** @internal */
  handled(label: string): Value[] {
    return [...this.#byOutcome].map(([outcome, value]) => ({
      labels: { ...this.#labels, [label]: String(outcome) },
      value,
    }));
  }

  /** @internal */
  took(name: string): Value[] {
    let count = 0;
    const buckets = [...this.#buckets].map((more, index) => ({
      metricName: `${name}_bucket`,
      labels: { le: DURATION_BUCKETS[index] ?? '+Inf', ...this.#labels },
      value: (count += more),
    }));
    if (count === 0) return [];
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: this.#labels, value: this.#seconds },
      { metricName: `${name}_count`, labels: this.#labels, value: count },
    ];
  }
}

interface Value {
  readonly metricName?: string;
  readonly labels: Record<string, string | number>;
  readonly value: number;
}

function register(
  registry: Registry,
  type: 'counter' | 'histogram',
  name: string,
  help: string,
  values: () => Value[],
): void {
  const get = () => Promise.resolve({ name, help, type, aggregator: 'sum', values: values() });
  // A registry asks a metric for its name and for this; the type of what it takes knows prom-client's own classes alone.
  registry.registerMetric({ name, get } as unknown as Metric);
}
