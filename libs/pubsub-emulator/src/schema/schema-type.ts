import { createFileRegistry, fromBinary, fromJsonString } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Encoding, type Schema, Schema_Type } from '@kiban/contracts/google/pubsub/v1';
import { invalid } from '../core/errors.ts';

/** Throws an Error with the reason when the bytes are not a message of the schema. */
export type MessageCheck = (data: Uint8Array, encoding: Encoding) => void;

interface Libraries {
  readonly avsc: typeof import('avsc');
  readonly protobufjs: typeof import('protobufjs');
}

let libraries: Libraries | undefined;

/** Loads the schema languages. Awaited before the first schema, so that an emulator without schemas stays small. */
export async function loadSchemaLanguages(): Promise<void> {
  if (libraries) return;
  const [avsc, protobufjs, descriptor] = await Promise.all([
    import('avsc'),
    import('protobufjs'),
    import('protobufjs/ext/descriptor.js'),
  ]);
  void descriptor;
  libraries = { avsc: avsc.default as never, protobufjs: protobufjs.default as never };
}

/** Compiles a definition. Throws INVALID_ARGUMENT with the reason when it is not one. */
export function compileSchema(schema: Schema): MessageCheck {
  if (!libraries) throw new Error('loadSchemaLanguages() must be awaited before schemas are used');
  if (schema.definition === '') throw invalid('Invalid schema: its definition is empty.');
  if (Buffer.byteLength(schema.definition) > 300 * 1024)
    throw invalid('Invalid schema: its definition is larger than 300 KB.');
  try {
    if (schema.type === Schema_Type.AVRO) return avroCheck(libraries, schema.definition);
    if (schema.type === Schema_Type.PROTOCOL_BUFFER) return protobufCheck(libraries, schema.definition);
  } catch (error) {
    throw invalid(`Invalid schema definition: ${(error as Error).message}`);
  }
  throw invalid('Invalid schema: its type must be AVRO or PROTOCOL_BUFFER.');
}

function avroCheck({ avsc }: Libraries, definition: string): MessageCheck {
  const type = avsc.Type.forSchema(JSON.parse(definition) as never);
  return (data, encoding) => {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    if (encoding === Encoding.JSON) type.fromString(bytes.toString('utf8'));
    else type.fromBuffer(bytes);
  };
}

function protobufCheck({ protobufjs }: Libraries, definition: string): MessageCheck {
  const parsed = protobufjs.parse(definition, { keepCase: true });
  if (parsed.imports?.length || parsed.weakImports?.length) throw new Error('imports are not supported');
  parsed.root.resolveAll();
  const file = toDescriptorSet(parsed.root, definition.includes('proto2') ? 'proto2' : 'proto3');
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, file));
  const messages = [...registry.files].flatMap((each) => each.messages);
  const [message] = messages;
  if (!message || messages.length !== 1) {
    throw new Error(`it must define exactly one top-level message; it defines ${messages.length}`);
  }
  return (data, encoding) => {
    if (encoding === Encoding.JSON) fromJsonString(message, Buffer.from(data).toString('utf8'), { registry });
    else fromBinary(message, data);
  };
}

/** protobufjs' descriptor extension adds toDescriptor() to Root. */
function toDescriptorSet(root: object, syntax: string): Uint8Array {
  const set = (
    root as { toDescriptor(syntax: string): { constructor: { encode(value: unknown): { finish(): Uint8Array } } } }
  ).toDescriptor(syntax);
  return set.constructor.encode(set).finish();
}
