import { createDatabase } from '@kiban/database';
import { createPublisher, startConsumer } from '@kiban/pubsub';
import type { Registry } from 'prom-client';
import { consumerMetrics } from '../src/consumer/consumer-metrics.ts';
import { Dispatcher } from '../src/consumer/dispatcher.ts';
import type { EventHandler } from '../src/consumer/event-handler.ts';
import { createRelay } from '../src/relay/relay.ts';
import { effectHandler, SUBSCRIPTION } from './effects.ts';

export interface PipelineOptions {
  /** Database with the outbox, the inbox and the tables of the proof. */
  readonly url: string;
  readonly emulatorHost: string;
  /** Stands in for the handler that writes the effect, which it gets. */
  readonly handler?: (effect: EventHandler) => EventHandler;
  /** Of the relay. */
  readonly metrics?: Registry;
  /** Milliseconds between the consumer's liveness probes. */
  readonly probeMs?: number;
}

/** Relay, Pub/Sub and a consumer with its inbox, as they run in production, in this process. */
export interface Pipeline {
  /** Effects so far. */
  effects(): Promise<number>;
  /** Events that were committed. */
  committed(): Promise<number>;
  close(): Promise<void>;
}

/** What the inbox drops is counted in the table `dropped`. */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { url, emulatorHost, metrics, probeMs } = options;
  const publisher = createPublisher({ emulatorHost });
  const relay = createRelay({
    databases: [{ name: 'faults', url }],
    publisher,
    ...(metrics === undefined ? {} : { metrics }),
  });
  const database = createDatabase({ url, max: 8, onError: () => undefined });
  const effect = effectHandler(SUBSCRIPTION);
  const dispatcher = new Dispatcher(database, [options.handler?.(effect) ?? effect], consumerMetrics());
  const consumer = await startConsumer({
    emulatorHost,
    subscription: SUBSCRIPTION,
    ...(probeMs === undefined ? {} : { probeMs }),
    async handle(message) {
      const outcome = await dispatcher.dispatch({ ...message, subscription: SUBSCRIPTION });
      if (outcome === 'duplicate') {
        await database.query('INSERT INTO dropped VALUES ($1)', [message.attributes['ce-id']]);
      }
    },
  });
  const count = async (table: 'effect' | 'truth') =>
    (await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)).rows[0]?.n ?? 0;
  return {
    effects: () => count('effect'),
    committed: () => count('truth'),
    async close() {
      await consumer.drain();
      await relay.stop();
      await publisher.close();
      await database.close();
    },
  };
}
