import { expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { consumerMetrics } from '../src/consumer/consumer-metrics.ts';
import { createRelay } from '../src/index.ts';
import { memoryBroker } from '../src/testing/index.ts';

it('has the metrics that dashboards and alerts are made of', async () => {
  const registry = new Registry();
  const relay = createRelay({ databases: [], publisher: memoryBroker(), metrics: registry });
  consumerMetrics(registry);
  await relay.stop();
  const names = registry.getMetricsAsArray().map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      'outbox_oldest_age_seconds',
      'outbox_pending',
      'outbox_commit_to_publish_seconds',
      'outbox_published_total',
      'outbox_publish_errors_total',
      'outbox_blocked_keys',
      'outbox_dead',
      'inbox_duplicates_total',
      'inbox_handler_seconds',
    ]),
  );
});
