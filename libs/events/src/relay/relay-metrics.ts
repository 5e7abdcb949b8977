import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Metrics of a relay, all with the label `database`. */
export function relayMetrics(registry: Registry = new Registry()) {
  const registers = [registry];
  const labelNames = ['database'] as const;
  return {
    oldestAge: new Gauge({
      name: 'outbox_oldest_age_seconds',
      help: 'Age of the oldest event not yet published',
      labelNames,
      registers,
    }),
    pending: new Gauge({
      name: 'outbox_pending',
      help: 'Events not yet published, counted up to 100,000',
      labelNames,
      registers,
    }),
    blockedKeys: new Gauge({
      name: 'outbox_blocked_keys',
      help: 'Ordering keys held back after a failed publish',
      labelNames,
      registers,
    }),
    dead: new Gauge({ name: 'outbox_dead', help: 'Events in outbox_dead', labelNames, registers }),
    commitToPublish: new Histogram({
      name: 'outbox_commit_to_publish_seconds',
      help: 'From the insert of an event to the acknowledgement of its publish',
      labelNames,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
      registers,
    }),
    published: new Counter({
      name: 'outbox_published_total',
      help: 'Events that Pub/Sub acknowledged',
      labelNames,
      registers,
    }),
    publishErrors: new Counter({
      name: 'outbox_publish_errors_total',
      help: 'Publish requests that failed, by gRPC code',
      labelNames: [...labelNames, 'code'],
      registers,
    }),
  };
}

export type RelayMetrics = ReturnType<typeof relayMetrics>;
