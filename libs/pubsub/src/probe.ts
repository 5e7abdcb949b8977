import { status } from '@grpc/grpc-js';
import { create } from '@bufbuild/protobuf';
import { ModifyAckDeadlineRequestSchema, Subscriber } from '@kiban/contracts/google/pubsub/v1';
import { openChannel } from './channel.ts';
import type { PubSubConnection } from './connection.ts';
import { PubSubError } from './pubsub-error.ts';

/** Asks whether messages of a subscription can arrive. */
export interface Probe {
  /** Undefined when they can, else why not. Never rejects. */
  failure(): Promise<string | undefined>;
  close(): void;
}

/**
 * Sends an empty modify-ack-deadline: it needs no more than the subscriber role. Any answer about its content means that
 * Pub/Sub is there; a missing subscription or silence (3 s) means that nothing can arrive. `subscription` is a full name.
 */
export function openProbe(connection: PubSubConnection, subscription: string): Probe {
  const channel = openChannel(connection);
  const request = create(ModifyAckDeadlineRequestSchema, { subscription, ackDeadlineSeconds: 10 });
  return {
    async failure() {
      try {
        await channel.call(Subscriber.method.modifyAckDeadline, request, { timeoutMs: 3_000 });
        return undefined;
      } catch (error) {
        const failure = PubSubError.from(error, subscription);
        return failure.code === status.INVALID_ARGUMENT ? undefined : failure.message;
      }
    },
    close: () => channel.close(),
  };
}
