import type { DescField, DescMessage, Registry } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { JsonObject, type JsonNode } from '../json/json-node.ts';
import { enumNumber } from './enums.ts';
import { FieldError, join } from './field-error.ts';
import { fieldOf } from './fields.ts';
import { isWellKnown, writeWellKnown } from './well-known.ts';
import { writeScalar, wrongType } from './scalars.ts';

export interface EncodeOptions {
  /** Finds the types inside google.protobuf.Any. */
  readonly registry: Registry;
  /** Hears of fields that the message does not have; they are left out unless it throws. */
  readonly onUnknownField?: (path: string, messageType: string) => void;
  /** Hears of a lone value where a list belongs; it is read as a list of one unless it throws. */
  readonly onLoneValue?: (path: string) => void;
  /** Hears of a list within a list; its elements are taken as the outer list's unless it throws. */
  readonly onNestedList?: (path: string) => void;
  /** Take enum names in any case. Default false. */
  readonly caseInsensitiveEnums?: boolean;
}

/**
 * Turns JSON into the bytes of a message by the rules of protobuf's own converter: keys in either spelling, the last
 * scalar wins, repeated keys of a message merge and those of a list add up, a lone value is a list of one, null is
 * nothing. Written straight to the wire, because these rules are the wire's.
 * @throws FieldError naming the field
 */
export function encodeMessage(desc: DescMessage, value: JsonNode, options: EncodeOptions): Uint8Array {
  const writer = new BinaryWriter();
  new Encoder(options).message(writer, desc, value, '');
  return writer.finish();
}

/** Envoy resolves no other. */
const TYPE_PREFIX = 'type.googleapis.com/';

class Encoder {
  private readonly options: EncodeOptions;

  constructor(options: EncodeOptions) {
    this.options = options;
  }

  /** The fields of a message, without tag and length. */
  message(writer: BinaryWriter, desc: DescMessage, value: JsonNode, path: string): void {
    if (isWellKnown(desc, value)) writeWellKnown(writer, desc, value, path, (any) => this.any(writer, any, path));
    else if (value instanceof JsonObject) this.fields(writer, desc, value, path);
    else throw wrongType(value, path, `an object (${desc.typeName})`);
  }

  private fields(writer: BinaryWriter, desc: DescMessage, object: JsonObject, path: string): void {
    const oneofs = new Set<string>();
    for (const [key, value] of object.entries) {
      if (key === '') throw new FieldError(path, 'a field must have a name');
      const field = fieldOf(desc, key);
      if (!field) this.options.onUnknownField?.(join(path, key), desc.typeName);
      else if (value !== null || takesNull(field)) {
        claimOneof(oneofs, field, join(path, field.jsonName));
        this.field(writer, field, value, join(path, field.jsonName));
      }
    }
  }

  private field(writer: BinaryWriter, field: DescField, value: JsonNode, path: string): void {
    if (field.fieldKind === 'map') this.map(writer, field, value, path);
    else if (field.fieldKind === 'list' && Array.isArray(value)) this.list(writer, field, value, path);
    else {
      if (field.fieldKind === 'list') this.options.onLoneValue?.(path);
      this.single(writer, field, value, path);
    }
  }

  /** Lists within the list are the list, too: so does protobuf's converter. */
  private list(writer: BinaryWriter, field: DescField, values: readonly JsonNode[], path: string): void {
    for (const [index, element] of values.entries()) {
      const at = `${path}[${index}]`;
      if (Array.isArray(element) && !takesList(field)) {
        this.options.onNestedList?.(at);
        this.list(writer, field, element, at);
      } else if (element !== null || takesNull(field)) this.single(writer, field, element, at);
    }
  }

  private single(writer: BinaryWriter, field: DescField, value: JsonNode, path: string): void {
    if (field.message) {
      if (field.fieldKind !== 'map' && field.delimitedEncoding) {
        writer.tag(field.number, WireType.StartGroup);
        this.message(writer, field.message, value, path);
        writer.tag(field.number, WireType.EndGroup);
        return;
      }
      writer.tag(field.number, WireType.LengthDelimited).fork();
      this.message(writer, field.message, value, path);
      writer.join();
    } else if (field.enum) {
      const number = this.enumNumber(field, value, path);
      writer.tag(field.number, WireType.Varint).int32(number);
    } else writeScalar(writer, field.number, field.scalar, value, path);
  }

  private enumNumber(field: DescField, value: JsonNode, path: string): number {
    if (field.enum?.typeName === 'google.protobuf.NullValue' && value === null) return 0;
    const desc = field.enum as NonNullable<typeof field.enum>;
    return enumNumber(desc, value, path, this.options.caseInsensitiveEnums ?? false);
  }

  private map(writer: BinaryWriter, field: DescField & { fieldKind: 'map' }, value: JsonNode, path: string): void {
    if (!(value instanceof JsonObject)) throw wrongType(value, path, 'an object');
    const seen = new Set<string>();
    for (const [key, entry] of value.entries) {
      const at = join(path, key);
      if (seen.has(key)) throw new FieldError(at, 'the key is set twice');
      seen.add(key);
      if (entry === null && !takesNull(field)) continue;
      writer.tag(field.number, WireType.LengthDelimited).fork();
      writeScalar(writer, 1, field.mapKey, key, at);
      if (field.message) {
        writer.tag(2, WireType.LengthDelimited).fork();
        this.message(writer, field.message, entry, at);
        writer.join();
      } else if (field.enum) writer.tag(2, WireType.Varint).int32(this.enumNumber(field, entry, at));
      else writeScalar(writer, 2, field.scalar, entry, at);
      writer.join();
    }
  }

  private any(writer: BinaryWriter, value: JsonObject, path: string): void {
    if (value.entries.length === 0) return;
    const typeUrl = value.entries.find(([key]) => key === '@type')?.[1];
    if (typeof typeUrl !== 'string')
      throw new FieldError(join(path, '@type'), 'names the type of the value; it is missing');
    const desc = typeUrl.startsWith(TYPE_PREFIX)
      ? this.options.registry.getMessage(typeUrl.slice(TYPE_PREFIX.length))
      : undefined;
    if (!desc)
      throw new FieldError(
        join(path, '@type'),
        `unknown type "${typeUrl}"; expected ${TYPE_PREFIX} and the name of a message`,
      );
    const rest = value.entries.filter(([key]) => key !== '@type');
    const inner = new BinaryWriter();
    const wrapped = rest.length === 1 && rest[0]?.[0] === 'value' ? rest[0][1] : undefined;
    const special = wrapped !== undefined && isWellKnown(desc, wrapped);
    this.message(inner, desc, special ? wrapped : new JsonObject(rest), path);
    writer.tag(1, WireType.LengthDelimited).string(typeUrl);
    writer.tag(2, WireType.LengthDelimited).bytes(inner.finish());
  }
}

/**
 * Two members of a oneof in one object are a mistake, as is one member twice. An `optional` field is a oneof of its own:
 * Envoy refuses it twice.
 */
function claimOneof(taken: Set<string>, field: DescField, path: string): void {
  const oneof = field.oneof?.name ?? (field.proto.proto3Optional ? `_${field.name}` : undefined);
  if (oneof === undefined) return;
  if (taken.has(oneof)) throw new FieldError(path, `oneof ${oneof} is set already; set one of its fields only`);
  taken.add(oneof);
}

/** A list is one value of these. */
function takesList({ message }: DescField): boolean {
  return message?.typeName === 'google.protobuf.Value' || message?.typeName === 'google.protobuf.ListValue';
}

function takesNull(field: DescField): boolean {
  return field.message?.typeName === 'google.protobuf.Value' || field.enum?.typeName === 'google.protobuf.NullValue';
}
