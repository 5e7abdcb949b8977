import { Publisher as PublisherService } from '@kiban/contracts/google/pubsub/v1';
import { openChannel } from './channel.ts';
import { type PubSubConnection, resourceNames } from './connection.ts';
import { encodePublishRequest } from './encode-publish-request.ts';
import { inSendSpan } from './send-span.ts';

/** A message on its way to a topic. */
export interface OutgoingMessage {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  /** Messages of one key arrive in the order of publishing. '' = no order. */
  readonly orderingKey: string;
}

export interface Publisher {
  /**
   * One request: accepted as a whole or not at all, as far as we can know (a lost reply looks like a failure).
   * All messages must share one ordering key. Never retries: the caller decides, because it must keep the order.
   * @param topic declared name, without project and prefix
   * @returns Pub/Sub's message ids, in order
   * @throws PubSubError
   */
  publish(topic: string, messages: readonly OutgoingMessage[]): Promise<string[]>;
  close(): Promise<void>;
}

export interface PublisherOptions extends PubSubConnection {
  /** Milliseconds until a publish request counts as failed. Default 10,000; keep it under the relay's 15 s. */
  readonly deadlineMs?: number;
}

export function createPublisher(options: PublisherOptions): Publisher {
  const names = resourceNames(options);
  const channel = openChannel(options);
  const deadlineMs = options.deadlineMs ?? 10_000;
  return {
    async publish(topic, messages) {
      const request = encodePublishRequest(names.topic(topic), messages);
      const reply = await inSendSpan(topic, messages, () =>
        channel.send(PublisherService.method.publish, request, { timeoutMs: deadlineMs }),
      );
      return reply.messageIds;
    },
    close: async () => channel.close(),
  };
}
