import { fromBinary } from '@bufbuild/protobuf';
import { findEvent } from '../define-event.ts';
import { type Envelope, readEnvelope } from '../envelope.ts';
import { buryMessage, type DeadReason } from '../inbox/bury-message.ts';
import { rememberEvent } from '../inbox/remember-event.ts';
import type { Queryable } from '../queryable.ts';
import { Attempts } from './attempts.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import type { EventHandler, HandlerDatabase } from './event-handler.ts';
import { inProcessSpan } from './process-span.ts';

/** A message from pull or push. */
export interface ReceivedMessage {
  /** Declared subscription name, without prefix. */
  readonly subscription: string;
  readonly messageId: string;
  readonly orderingKey: string;
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
}

export type Outcome = 'handled' | 'duplicate' | 'skipped' | 'dead';

/**
 * Finds the handler of a message and runs it once: inbox row and effect in one transaction. A message that cannot be read
 * goes to inbox_dead and counts as done, because redelivery would not help and its key must go on.
 */
export class Dispatcher<Tx extends Queryable> {
  readonly #database: HandlerDatabase<Tx>;
  readonly #handlers = new Map<string, EventHandler<Tx>>();
  readonly #metrics: ConsumerMetrics;
  readonly #attempts = new Attempts();

  constructor(database: HandlerDatabase<Tx>, handlers: Iterable<EventHandler<Tx>>, metrics: ConsumerMetrics) {
    this.#database = database;
    this.#metrics = metrics;
    for (const handler of handlers) {
      const name = `${handler.subscription}\0${handler.event.type}`;
      if (this.#handlers.has(name)) {
        throw new Error(
          `${handler.event.type} has two handlers for the subscription ${handler.subscription}; keep one`,
        );
      }
      this.#handlers.set(name, handler);
    }
  }

  /** @throws whatever the handler throws: the message must be delivered again */
  async dispatch(message: ReceivedMessage): Promise<Outcome> {
    const started = performance.now();
    const outcome = await inProcessSpan(message, () => this.#dispatch(message));
    const { subscription } = message;
    this.#metrics.handlerSeconds.observe({ subscription, outcome }, (performance.now() - started) / 1000);
    if (outcome === 'duplicate') this.#metrics.duplicates.inc({ subscription });
    if (outcome === 'dead') this.#metrics.dead.inc({ subscription });
    return outcome;
  }

  async #dispatch(message: ReceivedMessage): Promise<Outcome> {
    const envelope = readEnvelope(message.attributes);
    if (typeof envelope === 'string') return this.#bury(message, undefined, 'undecodable', envelope);
    const event = findEvent(envelope.type);
    if (event === undefined) {
      const error = `this program does not know ${envelope.type}; replay it after an upgrade`;
      return this.#bury(message, undefined, 'unknown-type', error);
    }
    const handler = this.#handlers.get(`${message.subscription}\0${envelope.type}`);
    if (handler === undefined) return 'skipped';
    let decoded;
    try {
      decoded = fromBinary(event.schema, message.data);
    } catch (error) {
      return this.#bury(message, event.topic, 'undecodable', `${envelope.type}: ${text(error)}`);
    }
    const attempt = this.#attempts.start(message.subscription, envelope.id);
    if (handler.deadLetterAfter !== undefined && attempt > handler.deadLetterAfter) {
      const error = `gave up after ${attempt - 1} attempts: ${this.#attempts.lastError(message.subscription, envelope.id)}`;
      this.#attempts.end(message.subscription, envelope.id);
      return this.#bury(message, event.topic, 'handler-failed', error);
    }
    try {
      const outcome = await this.#handle(handler, decoded, envelope, message, attempt);
      this.#attempts.end(message.subscription, envelope.id);
      return outcome;
    } catch (error) {
      this.#attempts.failed(message.subscription, envelope.id, text(error));
      throw error;
    }
  }

  #handle(
    handler: EventHandler<Tx>,
    decoded: unknown,
    envelope: Envelope,
    message: ReceivedMessage,
    attempt: number,
  ): Promise<Outcome> {
    return this.#database.tx(async (tx) => {
      if (!(await rememberEvent(tx, message.subscription, envelope.id))) return 'duplicate';
      await handler.handle(decoded, {
        tx,
        attempt,
        id: envelope.id,
        orderingKey: message.orderingKey,
        time: envelope.time,
        source: envelope.source,
      });
      return 'handled';
    });
  }

  async #bury(
    message: ReceivedMessage,
    topic: string | undefined,
    reason: DeadReason,
    error: string,
  ): Promise<Outcome> {
    await buryMessage(this.#database, message, topic, reason, error);
    return 'dead';
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
