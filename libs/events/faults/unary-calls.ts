import { create, type DescMessage, type DescMethodUnary, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { Client, credentials, Metadata } from '@grpc/grpc-js';

/** Calls a service by its descriptors. Not the client of @kiban/grpc: its sources need a compiler, this runs as it is. */
export function unaryCalls(address: string, timeoutMs: number) {
  const client = new Client(address, credentials.createInsecure());
  return {
    call<I extends DescMessage, O extends DescMessage>(
      method: DescMethodUnary<I, O>,
      request: MessageInitShape<I>,
    ): Promise<MessageShape<O>> {
      return new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          `/${method.parent.typeName}/${method.name}`,
          (message: MessageShape<I>) => Buffer.from(toBinary(method.input, message)),
          (bytes) => fromBinary(method.output, bytes),
          create(method.input, request),
          new Metadata(),
          { deadline: Date.now() + timeoutMs },
          (error, reply) => {
            if (error !== null || reply === undefined) reject(error ?? new Error('an empty answer'));
            else resolve(reply);
          },
        );
      });
    },
    close: () => client.close(),
  };
}
