import type { DescMessage, DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { fromBinary } from '@bufbuild/protobuf';
import type { MethodDefinition } from '@grpc/grpc-js';
import { encode } from './codec/encode.ts';

/** `/kiban.content.v1.ContentService/GetArticle` */
export function methodPath(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

export function streamsRequests(method: DescMethod): boolean {
  return method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming';
}

export function streamsResponses(method: DescMethod): boolean {
  return method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming';
}

/** A grpc-js method whose requests are protobuf-es messages and whose responses are bytes that were made before. */
export function serverMethod(method: DescMethod): MethodDefinition<MessageShape<DescMessage>, Buffer> {
  return {
    path: methodPath(method),
    originalName: method.localName,
    requestStream: streamsRequests(method),
    responseStream: streamsResponses(method),
    requestSerialize: (value) => encode(method.input, value),
    requestDeserialize: (bytes) => fromBinary(method.input, bytes),
    // Serialized by us, inside the place that turns errors into an answer.
    responseSerialize: (bytes) => bytes,
    responseDeserialize: (bytes) => bytes,
  };
}

/** What Nest's own Transport.GRPC or a bare grpc-js server takes, with no proto-loader. */
export function serviceDefinition(service: DescService): Record<string, MethodDefinition<unknown, unknown>> {
  return Object.fromEntries(
    service.methods.map((method) => [
      method.name,
      {
        ...serverMethod(method),
        responseSerialize: (value: unknown) => encode(method.output, value as MessageInitShape<DescMessage>),
        responseDeserialize: (bytes: Buffer) => fromBinary(method.output, bytes),
      } as MethodDefinition<unknown, unknown>,
    ]),
  );
}
