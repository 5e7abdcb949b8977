import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Metrics of the consumer's side, all with the label `subscription`. */
export function consumerMetrics(registry: Registry = new Registry()) {
  const registers = [registry];
  const labelNames = ['subscription'] as const;
  return {
    duplicates: new Counter({
      name: 'inbox_duplicates_total',
      help: 'Deliveries of events that were handled before',
      labelNames,
      registers,
    }),
    dead: new Counter({ name: 'inbox_dead_total', help: 'Messages moved to inbox_dead', labelNames, registers }),
    failures: new Counter({ name: 'inbox_failures_total', help: 'Handlers that threw', labelNames, registers }),
    handlerSeconds: new Histogram({
      name: 'inbox_handler_seconds',
      help: 'From the start of a handler to its commit',
      labelNames: [...labelNames, 'outcome'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    }),
    live: new Gauge({
      name: 'consumer_live',
      help: '1 while the subscription can be received from',
      labelNames,
      registers,
    }),
  };
}

export type ConsumerMetrics = ReturnType<typeof consumerMetrics>;
