import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Metadata, type sendUnaryData, Server, ServerCredentials, type ServerUnaryCall, status } from '@grpc/grpc-js';
import {
  Publisher,
  PublishRequestSchema,
  PublishResponseSchema,
  type PublishRequest,
} from '@kiban/contracts/google/pubsub/v1';
import type { Random } from '../src/testing/seeded-random.ts';

/** One accepted message. */
export interface Accepted {
  readonly id: string;
  readonly key: string;
  readonly data: Uint8Array;
  readonly attributes: Record<string, string>;
  /** The relay that sent it: relays use their name as the project. */
  readonly relay: string;
}

export interface FaultBrokerOptions {
  readonly random: Random;
  /** Share of requests answered UNAVAILABLE without being taken. */
  readonly refuse: number;
  /** Share of requests that are taken and answered UNAVAILABLE all the same. */
  readonly loseReply: number;
  readonly onAccept?: (message: Accepted) => void;
}

/** The Publish call of Pub/Sub with faults: takes a request as a whole, answers after 1 to 8 ms. */
export class FaultBroker {
  readonly log: Accepted[] = [];
  refused = 0;
  lostReplies = 0;
  /** Messages in requests whose reply was lost: each may be sent once more. */
  lostReplyMessages = 0;
  /** Refuse everything, as a Pub/Sub that is down. */
  down = false;
  readonly #options: FaultBrokerOptions;
  readonly #server = new Server({ 'grpc.max_receive_message_length': 32 * 1024 * 1024 });

  constructor(options: FaultBrokerOptions) {
    this.#options = options;
    const { input, output, name, parent } = Publisher.method.publish;
    this.#server.addService(
      {
        publish: {
          path: `/${parent.typeName}/${name}`,
          requestStream: false,
          responseStream: false,
          requestSerialize: (message: PublishRequest) => Buffer.from(toBinary(input, message)),
          requestDeserialize: (bytes: Buffer) => fromBinary(PublishRequestSchema, bytes),
          responseSerialize: (message) => Buffer.from(toBinary(output, message)),
          responseDeserialize: (bytes: Buffer) => fromBinary(PublishResponseSchema, bytes),
        },
      },
      {
        publish: (call: ServerUnaryCall<PublishRequest, unknown>, reply: sendUnaryData<unknown>) =>
          this.#publish(call, reply),
      },
    );
  }

  listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) resolve(`127.0.0.1:${port}`);
        else reject(error);
      });
    });
  }

  close(): void {
    this.#server.forceShutdown();
  }

  #publish({ request }: ServerUnaryCall<PublishRequest, unknown>, reply: sendUnaryData<unknown>): void {
    const { random, refuse, loseReply } = this.#options;
    const unavailable = { code: status.UNAVAILABLE, details: 'fault injection', metadata: new Metadata() };
    const later = (run: () => void) => setTimeout(run, 1 + random() * 7);
    if (this.down || random() < refuse) {
      this.refused++;
      later(() => reply(unavailable));
      return;
    }
    const relay = request.topic.split('/')[1] ?? '';
    for (const { attributes, data, orderingKey } of request.messages) {
      const message = { id: attributes['ce-id'] ?? '', key: orderingKey, data, attributes, relay };
      this.log.push(message);
      this.#options.onAccept?.(message);
    }
    if (random() < loseReply) {
      this.lostReplies++;
      this.lostReplyMessages += request.messages.length;
      later(() => reply(unavailable));
      return;
    }
    const messageIds = request.messages.map((_, index) => String(this.log.length - request.messages.length + index));
    later(() => reply(null, create(PublishResponseSchema, { messageIds })));
  }
}
