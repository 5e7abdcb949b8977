import { create, toBinary } from '@bufbuild/protobuf';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import {
  type StreamingPullRequest,
  type StreamingPullResponse,
  StreamingPullResponseSchema,
} from '@kiban/contracts/google/pubsub/v1';
import { acknowledge, modifyDeadline, take } from '../core/acknowledging.ts';
import { Consumer } from '../core/consumer.ts';
import { gone, invalid } from '../core/errors.ts';
import type { SubscriptionState } from '../core/subscription.ts';
import { pullSubscription } from '../core/subscriptions.ts';
import type { Driver, Outlet } from '../driver.ts';
import type { Faults } from '../faults.ts';
import { encodeReceivedMessages } from './received-messages.ts';
import { toServiceError } from './status.ts';

export type PullStream = ServerDuplexStream<StreamingPullRequest, StreamingPullResponse | Buffer>;

/** By exactlyOnce + 2 * ordered: see PullStreamOutlet.#properties. */
const PROPERTIES = [[], [8, 1], [16, 1], [8, 1, 16, 1]].map((fields) => Buffer.from([34, fields.length, ...fields]));

const NOTHING = Buffer.alloc(0);

/** Messages and bytes per response: small enough to share a backlog between streams, large enough to be cheap. */
const BATCH = 250;
const BATCH_BYTES = 1_000_000;

function streamDeadlineMs({ streamAckDeadlineSeconds: seconds }: StreamingPullRequest): number {
  if (seconds < 10 || seconds > 600) {
    throw invalid(`Invalid stream_ack_deadline_seconds ${seconds}: it must be between 10 and 600.`);
  }
  return seconds * 1000;
}

/** One open StreamingPull. */
export class PullStreamOutlet implements Outlet {
  readonly #driver: Driver;
  readonly #stream: PullStream;
  readonly #subscription: SubscriptionState;
  readonly #faults: Faults;
  readonly #consumer: Consumer;
  #blocked = false;
  #told: Buffer | undefined = undefined;

  constructor(driver: Driver, faults: Faults, stream: PullStream, first: StreamingPullRequest) {
    this.#driver = driver;
    this.#stream = stream;
    this.#faults = faults;
    this.#subscription = pullSubscription(driver.core, first.subscription);
    this.#consumer = new Consumer({
      ackDeadlineMs: streamDeadlineMs(first),
      maxMessages: Math.max(0, Number(first.maxOutstandingMessages)),
      maxBytes: Math.max(0, Number(first.maxOutstandingBytes)),
    });
    this.#tellProperties();
    this.settle(first, true);
    stream.on('drain', () => {
      this.#blocked = false;
      driver.wake(this.#subscription);
    });
    driver.add(this.#subscription, this);
  }

  pump(now: number): boolean {
    if (this.#blocked || this.#consumer.closed) return false;
    this.#subscription.activeMs = now;
    this.#tellProperties();
    const deliveries = take(this.#subscription, this.#consumer, now, BATCH, BATCH_BYTES);
    if (deliveries.length === 0) return false;
    this.#write(encodeReceivedMessages(this.#faults.delivering(this.#subscription.name, deliveries), this.#tail()));
    return !this.#blocked;
  }

  /** A later request: acknowledgements, deadlines, or nothing but a sign of life. */
  next(request: StreamingPullRequest): void {
    if (request.subscription !== '') throw invalid('subscription can only be set in the first request of a stream.');
    if (request.maxOutstandingMessages !== 0n || request.maxOutstandingBytes !== 0n) {
      throw invalid(
        'max_outstanding_messages and max_outstanding_bytes can only be set in the first request of a stream.',
      );
    }
    if (request.clientId !== '') throw invalid('client_id can only be set in the first request of a stream.');
    if (request.protocolVersion !== 0n) {
      throw invalid('protocol_version can only be set in the first request of a stream.');
    }
    // The Go client moves its deadline with its keep-alives.
    if (request.streamAckDeadlineSeconds !== 0) this.#consumer.ackDeadlineMs = streamDeadlineMs(request);
    this.settle(request, false);
  }

  settle(request: StreamingPullRequest, first: boolean): void {
    const { ackIds, modifyDeadlineAckIds: ids, modifyDeadlineSeconds: seconds } = request;
    if (ids.length !== seconds.length) {
      throw invalid(
        `modify_deadline_seconds has ${seconds.length} entries and modify_deadline_ack_ids ${ids.length}: give one for each.`,
      );
    }
    if (ackIds.length === 0 && ids.length === 0) {
      // Clients of protocol version 1 close a stream that leaves their keep-alive unanswered for 15 s.
      if (!first) this.#write(this.#tail());
      return;
    }
    const response = create(StreamingPullResponseSchema);
    if (ackIds.length > 0) this.#confirmAcks(response, ackIds);
    if (ids.length > 0) this.#confirmDeadlines(response, ids, seconds);
    if (this.#subscription.exactlyOnce) this.#reply(response);
    this.#driver.schedule();
  }

  end(why: 'deleted' | 'detached'): void {
    this.fail(gone(this.#subscription.name, why));
  }

  fail(error: unknown): void {
    this.close();
    this.#stream.emit('error', toServiceError(error));
  }

  close(): void {
    if (this.#consumer.closed) return;
    this.#subscription.backlog.release(this.#consumer);
    this.#driver.remove(this.#subscription, this);
  }

  get subscription(): string {
    return this.#subscription.name;
  }

  #confirmAcks(response: StreamingPullResponse, ackIds: readonly string[]): void {
    const outcome = acknowledge(this.#subscription, this.#faults.acking(this.#subscription.name, ackIds));
    response.acknowledgeConfirmation = {
      $typeName: 'google.pubsub.v1.StreamingPullResponse.AcknowledgeConfirmation',
      ackIds: outcome.done,
      invalidAckIds: outcome.unknown,
      unorderedAckIds: outcome.unordered,
      temporaryFailedAckIds: [],
    };
  }

  #confirmDeadlines(response: StreamingPullResponse, ids: readonly string[], seconds: readonly number[]): void {
    const confirmation = {
      $typeName: 'google.pubsub.v1.StreamingPullResponse.ModifyAckDeadlineConfirmation' as const,
      ackIds: [] as string[],
      invalidAckIds: [] as string[],
      temporaryFailedAckIds: [],
    };
    const now = this.#driver.now();
    for (const [i, id] of ids.entries()) {
      const outcome = modifyDeadline(this.#subscription, [id], seconds[i] as number, now);
      confirmation.ackIds.push(...outcome.done);
      confirmation.invalidAckIds.push(...outcome.unknown);
    }
    response.modifyAckDeadlineConfirmation = confirmation;
  }

  /**
   * What ends every response: the properties, unless there is nothing in them. The Go client takes a response without
   * them for "neither", and stops to keep the order.
   */
  #tail(): Buffer {
    return this.#properties() === PROPERTIES[0] ? NOTHING : this.#properties();
  }

  /** Encoded `subscription_properties = 4` (exactly_once_delivery_enabled = 1, message_ordering_enabled = 2). */
  #properties(): Buffer {
    const { exactlyOnce, ordered } = this.#subscription;
    return PROPERTIES[(exactlyOnce ? 1 : 0) + (ordered ? 2 : 0)] as Buffer;
  }

  /** Tells the client at once, and again when it changes, whether deliveries are ordered or exactly-once. */
  #tellProperties(): void {
    if (this.#told === this.#properties()) return;
    this.#told = this.#properties();
    this.#write(this.#told);
  }

  #reply(response: StreamingPullResponse): void {
    this.#write(Buffer.concat([toBinary(StreamingPullResponseSchema, response), this.#tail()]));
  }

  #write(bytes: Buffer): void {
    this.#blocked = !this.#stream.write(bytes);
  }
}

/** Serves StreamingPull; `streams` holds those that are open, so that faults can cut them. */
export function streamingPull(driver: Driver, faults: Faults, streams: Set<PullStreamOutlet>) {
  return (stream: PullStream): void => {
    let outlet: PullStreamOutlet | undefined;
    const end = (): void => {
      if (!outlet) return;
      outlet.close();
      streams.delete(outlet);
    };
    stream.on('data', (request: StreamingPullRequest) => {
      try {
        if (outlet) outlet.next(request);
        else {
          void faults.calling('StreamingPull');
          outlet = new PullStreamOutlet(driver, faults, stream, request);
          streams.add(outlet);
        }
      } catch (error) {
        end();
        stream.emit('error', toServiceError(error));
      }
    });
    stream.on('end', () => {
      end();
      stream.end();
    });
    stream.on('cancelled', end);
    stream.on('error', end);
  };
}
