import {
  create,
  type DescMessage,
  type DescService,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';

type Serialize = (value: unknown) => Buffer;
type Deserialize = (bytes: Buffer) => unknown;

/** Replaces generated encoding where it would cost too much. */
export interface Codec {
  readonly request?: Deserialize;
}

const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Handlers may answer with bytes they encoded themselves. */
const serializer =
  (schema: DescMessage): Serialize =>
  (value) =>
    Buffer.isBuffer(value) ? value : view(toBinary(schema, create(schema, value as MessageInitShape<DescMessage>)));

const deserializer =
  (schema: DescMessage): Deserialize =>
  (bytes) =>
    fromBinary(schema, bytes);

/** What grpc-js serves, made from a protobuf-es service; `codecs` by the method's local name. */
export function serviceDefinition(
  service: DescService,
  codecs: Readonly<Record<string, Codec>> = {},
): ServiceDefinition {
  const definition: Record<string, MethodDefinition<unknown, unknown>> = {};
  for (const method of service.methods) {
    definition[method.localName] = {
      path: `/${service.typeName}/${method.name}`,
      originalName: method.localName,
      requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
      responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
      requestSerialize: serializer(method.input),
      requestDeserialize: codecs[method.localName]?.request ?? deserializer(method.input),
      responseSerialize: serializer(method.output),
      responseDeserialize: deserializer(method.output),
    };
  }
  return definition;
}
