import { type DescMessage, fromBinary, type Registry, toJson } from '@bufbuild/protobuf';
import type { TranscodingOptions } from '../options.ts';

export type PrintOptions = Pick<
  TranscodingOptions,
  'alwaysPrintPrimitiveFields' | 'alwaysPrintEnumsAsInts' | 'preserveProtoFieldNames'
>;

/**
 * The proto3 JSON of a message's bytes: 64-bit integers as strings, defaults left out. Fields that the descriptor set
 * does not know are left out.
 * @throws Error when the bytes are no such message or an Any holds an unknown type
 */
export function printMessage(desc: DescMessage, bytes: Uint8Array, registry: Registry, options: PrintOptions): string {
  const message = fromBinary(desc, bytes, { readUnknownFields: false });
  return JSON.stringify(
    toJson(desc, message, {
      registry,
      alwaysEmitImplicit: options.alwaysPrintPrimitiveFields,
      enumAsInteger: options.alwaysPrintEnumsAsInts,
      useProtoFieldName: options.preserveProtoFieldNames,
    }),
  );
}
