import type { DescField, DescMessage, ScalarType } from '@bufbuild/protobuf';
import { wireTypeOf } from './print-scalar.ts';
import { wellKnownName } from './print-well-known.ts';

/** What is known about a field before a message comes. */
export interface FieldPlan {
  readonly field: DescField;
  readonly number: number;
  /** `"name":` */
  readonly key: string;
  /** The same behind another member. */
  readonly nextKey: string;
  /** Its place among the fields. */
  readonly index: number;
  /** What stands before it on the wire: its number and wire type. */
  readonly tag: number;
  readonly kind: 'single' | 'list' | 'packed' | 'map';
  /** Absent for scalars, enums and maps. */
  readonly message: DescMessage | undefined;
  /** Absent for messages, enums and maps. */
  readonly scalar: ScalarType | undefined;
}

const DIRECT = 64;

/** A message's fields, ready for printing. */
export class MessagePlan {
  readonly fields: readonly FieldPlan[];
  /** `Timestamp`, `Any` and so on, when the JSON of the message is no object of its fields. */
  readonly wellKnown: string | undefined;
  private readonly low: (FieldPlan | undefined)[] = Array<undefined>(DIRECT).fill(undefined);
  private readonly high = new Map<number, FieldPlan>();

  constructor(desc: DescMessage, protoNames: boolean) {
    this.wellKnown = wellKnownName(desc);
    this.fields = desc.fields.map((field, index) => planOf(field, index, protoNames));
    for (const field of this.fields) {
      if (field.number < DIRECT) this.low[field.number] = field;
      else this.high.set(field.number, field);
    }
  }

  /** The field of a number. */
  field(number: number): FieldPlan | undefined {
    return number < DIRECT ? this.low[number] : this.high.get(number);
  }
}

function planOf(field: DescField, index: number, protoNames: boolean): FieldPlan {
  const key = `${JSON.stringify(protoNames ? field.name : field.jsonName)}:`;
  const isMap = field.fieldKind === 'map';
  const scalar = isMap ? undefined : field.scalar;
  const own = field.message || isMap ? 2 : scalar === undefined ? 0 : wireTypeOf(scalar);
  const isPacked = field.fieldKind === 'list' && own !== 2;
  return {
    field,
    number: field.number,
    key,
    nextKey: `,${key}`,
    index,
    tag: ((field.number << 3) | (isPacked ? 2 : own)) >>> 0,
    kind: isMap ? 'map' : isPacked ? 'packed' : field.fieldKind === 'list' ? 'list' : 'single',
    message: isMap ? undefined : field.message,
    scalar,
  };
}
