import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import type { EventDefinition } from '../define-event.ts';
import type { EventTransaction, Queryable } from '../queryable.ts';
import { inCreationSpan } from './creation-span.ts';
import { type EncodedEvent, encodeEvent } from './encode-event.ts';
import { OutboxError } from './outbox-error.ts';
import { createNotifier } from './notifier.ts';
import { writeEvents } from './write-events.ts';

export interface OutboxOptions {
  /** Who publishes: the attribute `ce-source`, e.g. `content`. */
  readonly source: string;
  /** Where relays are woken after a commit (NOTIFY). Without it they find events by polling, within 100 ms. */
  readonly wake?: Queryable;
}

export interface PublishOptions {
  /** Attributes besides the CloudEvents ones; consumers and subscription filters see them. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface Outbox {
  /**
   * Puts an event into the transaction: buffered, written by its last statement, sent after commit, gone after rollback.
   * @returns the event's id, a UUIDv7
   * @throws OutboxError at once for an empty key or more than 9 MiB, at commit for more than 1,000 keys
   */
  publish<Desc extends DescMessage>(
    tx: EventTransaction,
    event: EventDefinition<Desc>,
    init: MessageInitShape<Desc>,
    options?: PublishOptions,
  ): string;
  /** Encodes an event for `write`. @throws OutboxError */
  event<Desc extends DescMessage>(
    event: EventDefinition<Desc>,
    init: MessageInitShape<Desc>,
    options?: PublishOptions,
  ): EncodedEvent;
  /**
   * For transactions of other libraries. Must be the LAST statement before COMMIT: it locks the keys until then.
   * Call `wake` after the commit.
   */
  write(tx: Queryable, events: readonly EncodedEvent[]): Promise<void>;
  /** Tells relays that something was committed; at most one NOTIFY per 2 ms leaves this process. */
  wake(): void;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const buffers = new WeakMap<EventTransaction, EncodedEvent[]>();
  const wake = createNotifier(options.wake);
  const encode: Outbox['event'] = (event, init, more) =>
    inCreationSpan(event, (trace) =>
      encodeEvent(event, init, { source: options.source, attributes: { ...trace, ...more?.attributes } }),
    );
  return {
    event: encode,
    write: writeEvents,
    wake,
    publish(tx, event, init, more) {
      if (typeof (tx as Partial<EventTransaction> | undefined)?.beforeCommit !== 'function') {
        throw new OutboxError(
          'not-in-a-transaction',
          `publish ${event.type} inside database.tx(async (tx) => ...) and pass that tx, so that the event and what it ` +
            'tells of commit together',
        );
      }
      const encoded = encode(event, init, more);
      let buffer = buffers.get(tx);
      if (buffer === undefined) {
        const events: EncodedEvent[] = [];
        tx.beforeCommit(() => {
          // A later publish registers again, and the transaction refuses that once it is over.
          buffers.delete(tx);
          return writeEvents(tx, events);
        });
        tx.afterCommit(wake);
        buffers.set(tx, (buffer = events));
      }
      buffer.push(encoded);
      return encoded.id;
    },
  };
}
