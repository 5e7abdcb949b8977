import { createDatabase } from '@kiban/database';
import { type Delivery, KeyLanes } from '@kiban/pubsub';
import { InteractionRecorded } from '../src/catalog/interaction-events.ts';
import { consumerMetrics } from '../src/consumer/consumer-metrics.ts';
import { Dispatcher } from '../src/consumer/dispatcher.ts';
import type { EventHandler } from '../src/consumer/event-handler.ts';
import type { Accepted } from './fault-broker.ts';

/** The declared name of the subscription whose effects are counted. */
export const SUBSCRIPTION = 'faults';

/** The effect of an event: a row with its id and key, numbered in the order of the effects. */
export function effectHandler(subscription: string): EventHandler {
  return {
    event: InteractionRecorded,
    subscription,
    async handle(_message, { tx, id, orderingKey }) {
      await tx.query('INSERT INTO effect (event_id, key) VALUES ($1, $2)', [id, orderingKey]);
    },
  };
}

/** A consumer behind the broker: every accepted message, duplicates included, goes through the real inbox. */
export function startEffects(url: string) {
  const database = createDatabase({ url, max: 4, onError: () => undefined });
  const dispatcher = new Dispatcher(database, [effectHandler(SUBSCRIPTION)], consumerMetrics());
  const lanes = new KeyLanes<Delivered>({
    concurrency: 4,
    async handle({ message }) {
      for (;;) {
        try {
          await dispatcher.dispatch({
            subscription: SUBSCRIPTION,
            messageId: message.id,
            orderingKey: message.key,
            data: message.data,
            attributes: message.attributes,
          });
          return;
        } catch {
          // The server may be away for a moment; this stands for a redelivery.
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    },
  });
  const nothing = () => undefined;
  return {
    take: (message: Accepted) =>
      lanes.push({ message, messageId: message.id, orderingKey: message.key, ack: nothing, nack: nothing }),
    get size() {
      return lanes.size;
    },
    close: () => database.close(),
  };
}

interface Delivered extends Delivery {
  readonly message: Accepted;
}
