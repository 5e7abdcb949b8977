import { type Consumer, type PubSubConnection, startConsumer } from '@kiban/pubsub';
import type { EventLog } from '../log.ts';
import type { Queryable } from '../queryable.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import type { Dispatcher } from './dispatcher.ts';

export interface EventConsumersOptions extends PubSubConnection {
  readonly subscriptions: readonly string[];
  /** Handlers at the same time per subscription. Default 8. */
  readonly concurrency?: number | undefined;
  /** Milliseconds between liveness probes. Default 5,000. */
  readonly probeMs?: number | undefined;
  /** All subscriptions can be received from, or not all any more. */
  readonly onLive?: ((live: boolean) => void) | undefined;
  readonly metrics: ConsumerMetrics;
  readonly log: EventLog;
}

/** The pull consumers of a process. */
export class EventConsumers {
  readonly #consumers: Consumer[] = [];

  static async start<Tx extends Queryable>(dispatcher: Dispatcher<Tx>, options: EventConsumersOptions) {
    const running = new EventConsumers();
    const live = new Map(options.subscriptions.map((name) => [name, false]));
    for (const subscription of options.subscriptions) {
      const { project, prefix, emulatorHost, metrics, log } = options;
      const consumer = await startConsumer({
        project,
        prefix,
        emulatorHost,
        subscription,
        ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
        ...(options.probeMs === undefined ? {} : { probeMs: options.probeMs }),
        async handle(message) {
          await dispatcher.dispatch({ ...message, subscription });
        },
        onLive(now, reason) {
          live.set(subscription, now);
          metrics.live.set({ subscription }, now ? 1 : 0);
          if (now) log.info({ subscription }, 'consumer receives');
          else log.warn({ subscription, reason }, 'consumer cannot receive');
          options.onLive?.([...live.values()].every(Boolean));
        },
        onFailure(message, error) {
          metrics.failures.inc({ subscription });
          log.error(
            { subscription, event: message.attributes['ce-id'], key: message.orderingKey, err: error },
            'handler failed',
          );
        },
      });
      running.#consumers.push(consumer);
    }
    return running;
  }

  /** Finishes what runs, at most `limitMs` (default 10,000), and gives the rest back. */
  async drain(limitMs?: number): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.drain(limitMs)));
  }
}
