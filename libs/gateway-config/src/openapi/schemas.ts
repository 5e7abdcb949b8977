import { type DescField, type DescMessage, getOption, hasOption, ScalarType } from '@bufbuild/protobuf';
import { field_behavior, FieldBehavior } from '@kiban/contracts/google/api';
import { commentOf } from './comments.ts';

/** A JSON Schema of draft 2020-12, as OpenAPI 3.1 uses it. */
export type Schema = Record<string, unknown>;

const INTEGERS: Partial<Record<ScalarType, Schema>> = {
  [ScalarType.INT32]: { type: 'integer', format: 'int32' },
  [ScalarType.SINT32]: { type: 'integer', format: 'int32' },
  [ScalarType.SFIXED32]: { type: 'integer', format: 'int32' },
  [ScalarType.UINT32]: { type: 'integer', minimum: 0, maximum: 4294967295 },
  [ScalarType.FIXED32]: { type: 'integer', minimum: 0, maximum: 4294967295 },
};

/** JSON forms of well-known types, https://protobuf.dev/programming-guides/json/ */
const WELL_KNOWN: Record<string, Schema> = {
  Timestamp: { type: 'string', format: 'date-time' },
  Duration: { type: 'string', pattern: '^-?\\d+(\\.\\d{1,9})?s$' },
  FieldMask: { type: 'string' },
  Struct: { type: 'object' },
  Value: {},
  ListValue: { type: 'array', items: {} },
  Empty: { type: 'object' },
  Any: { type: 'object', properties: { '@type': { type: 'string' } }, additionalProperties: true },
  DoubleValue: { type: ['number', 'null'] },
  FloatValue: { type: ['number', 'null'] },
  Int32Value: { type: ['integer', 'null'] },
  UInt32Value: { type: ['integer', 'null'] },
  Int64Value: { type: ['string', 'null'] },
  UInt64Value: { type: ['string', 'null'] },
  BoolValue: { type: ['boolean', 'null'] },
  StringValue: { type: ['string', 'null'] },
  BytesValue: { type: ['string', 'null'], contentEncoding: 'base64' },
};

/** Collects the schemas of the messages that operations speak of. */
export class SchemaBook {
  readonly schemas = new Map<string, Schema>();

  /** The schema of a message: in place for well-known types, else a reference into components/schemas. */
  message(desc: DescMessage): Schema {
    const known = wellKnown(desc);
    if (known) return known;
    if (!this.schemas.has(desc.typeName)) {
      this.schemas.set(desc.typeName, {}); // first, so that recursion ends
      this.schemas.set(desc.typeName, this.object(desc));
    }
    return { $ref: `#/components/schemas/${desc.typeName}` };
  }

  /** The schema of a field's value with its comment. */
  field(field: DescField): Schema {
    const description = commentOf(field);
    return { ...this.value(field), ...(description && { description }) };
  }

  private value(field: DescField): Schema {
    if (field.fieldKind === 'map') return { type: 'object', additionalProperties: this.single(field) };
    if (field.fieldKind === 'list') return { type: 'array', items: this.single(field) };
    return this.single(field);
  }

  private single(field: DescField): Schema {
    if (field.message) return this.message(field.message);
    if (field.enum) return { type: 'string', enum: field.enum.values.map((value) => value.name) };
    return scalar(field.scalar);
  }

  private object(desc: DescMessage): Schema {
    const description = commentOf(desc);
    const required = desc.fields.filter(isRequired).map((field) => field.jsonName);
    return {
      type: 'object',
      ...(description && { description }),
      properties: Object.fromEntries(desc.fields.map((field) => [field.jsonName, this.field(field)])),
      ...(required.length > 0 && { required }),
    };
  }
}

/** Whether google.api.field_behavior says REQUIRED. */
export function isRequired(field: DescField): boolean {
  return hasOption(field, field_behavior) && getOption(field, field_behavior).includes(FieldBehavior.REQUIRED);
}

function wellKnown(desc: DescMessage): Schema | undefined {
  if (!desc.typeName.startsWith('google.protobuf.')) return undefined;
  return WELL_KNOWN[desc.typeName.slice('google.protobuf.'.length)];
}

function scalar(type: ScalarType): Schema {
  switch (type) {
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.STRING:
      return { type: 'string' };
    case ScalarType.BYTES:
      return { type: 'string', contentEncoding: 'base64' };
    case ScalarType.DOUBLE:
      return { type: 'number', format: 'double' };
    case ScalarType.FLOAT:
      return { type: 'number', format: 'float' };
    default:
      return INTEGERS[type] ?? { type: 'string', format: 'int64', description: 'A 64-bit integer in decimal.' };
  }
}
