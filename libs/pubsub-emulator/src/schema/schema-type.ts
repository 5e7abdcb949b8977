import { createFileRegistry, fromBinary, fromJsonString, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Encoding, type Schema, Schema_Type } from '@kiban/contracts/google/pubsub/v1';
import { invalid } from '../core/errors.ts';
import { qualifyTypes } from './qualify-types.ts';

/** Throws an Error with the reason when the bytes are not a message of the schema. */
export type MessageCheck = (data: Uint8Array, encoding: Encoding) => void;

type AvroType = import('avsc').Type;

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
    if (encoding !== Encoding.JSON) return void type.fromBuffer(bytes);
    const text = bytes.toString('utf8');
    try {
      type.fromString(text);
    } catch (error) {
      throw new Error(`${(error as Error).message}${placeOf(type, text)}`);
    }
  };
}

/** ` at "address.city"`, when it can be told. */
function placeOf(type: AvroType, text: string): string {
  let place = '';
  try {
    const errorHook = (path: string[]): void => {
      place ||= path.length > 0 ? ` at "${path.join('.')}"` : '';
    };
    type.isValid(JSON.parse(text), { errorHook });
  } catch {
    // Not JSON, which the message says already.
  }
  return place;
}

function protobufCheck({ protobufjs }: Libraries, definition: string): MessageCheck {
  const parsed = protobufjs.parse(definition, { keepCase: true });
  if (parsed.imports?.length || parsed.weakImports?.length) throw new Error('imports are not supported');
  parsed.root.resolveAll();
  const syntax = /^\s*syntax\s*=\s*["']proto3["']/m.test(definition) ? 'proto3' : 'proto2';
  const set = fromBinary(FileDescriptorSetSchema, toDescriptorSet(parsed.root, syntax));
  qualifyTypes(set);
  const registry = createFileRegistry(set);
  const messages = [...registry.files].flatMap((each) => each.messages);
  const [message] = messages;
  if (!message || messages.length !== 1) {
    throw new Error(`it must define exactly one top-level message; it defines ${messages.length}`);
  }
  return (data, encoding) => {
    const decoded =
      encoding === Encoding.JSON
        ? fromJsonString(message, Buffer.from(data).toString('utf8'), { registry })
        : fromBinary(message, data);
    // Decoding lets proto2's required fields be absent; encoding does not.
    if (syntax === 'proto2') toBinary(message, decoded);
  };
}

/** protobufjs' descriptor extension adds toDescriptor() to Root. */
function toDescriptorSet(root: object, syntax: string): Uint8Array {
  const set = (
    root as { toDescriptor(syntax: string): { constructor: { encode(value: unknown): { finish(): Uint8Array } } } }
  ).toDescriptor(syntax);
  return set.constructor.encode(set).finish();
}
