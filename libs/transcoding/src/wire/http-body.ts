import type { DescField } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** The bytes of an HTTP body as a google.api.HttpBody inside the message at `fields`. */
export function wrapHttpBody(
  fields: readonly DescField[],
  contentType: string | undefined,
  data: Uint8Array,
): Uint8Array {
  const writer = new BinaryWriter();
  for (const field of fields) writer.tag(field.number, WireType.LengthDelimited).fork();
  if (contentType) writer.tag(1, WireType.LengthDelimited).string(contentType);
  if (data.length) writer.tag(2, WireType.LengthDelimited).bytes(data);
  for (let depth = 0; depth < fields.length; depth++) writer.join();
  return writer.finish();
}

export interface HttpBodyContent {
  readonly contentType: string;
  readonly data: Uint8Array;
}

/** The google.api.HttpBody at `fields` of a message; empty when it is not set. */
export function readHttpBody(fields: readonly DescField[], bytes: Uint8Array): HttpBodyContent {
  let inner = bytes;
  for (const field of fields) inner = lastBytes(inner, field.number) ?? new Uint8Array();
  return {
    contentType: new TextDecoder().decode(lastBytes(inner, 1)),
    data: lastBytes(inner, 2) ?? new Uint8Array(),
  };
}

function lastBytes(message: Uint8Array, no: number): Uint8Array | undefined {
  const reader = new BinaryReader(message);
  let found: Uint8Array | undefined;
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === no && wireType === WireType.LengthDelimited) found = reader.bytes();
    else reader.skip(wireType, number);
  }
  return found;
}
