import type { DescEnum } from '@bufbuild/protobuf';
import { describe, JsonNumber, type JsonNode } from '../json/json-node.ts';
import { FieldError } from './field-error.ts';
import { integerOf } from './scalars.ts';

/** The number of an enum value given by name, by number, or by a string that holds its number. */
export function enumNumber(desc: DescEnum, value: JsonNode, path: string, caseInsensitive: boolean): number {
  if (value instanceof JsonNumber) return Number(integerOf(value, path, 'int32', 32));
  if (typeof value === 'string') {
    const found = byName(desc, value) ?? (caseInsensitive ? byName(desc, upper(value)) : undefined);
    if (found !== undefined) return found;
    if (/^[+-]?\d{1,10}$/.test(value) && desc.value[Number(value)]) return Number(value);
  }
  const names = desc.values.slice(0, 12).map((known) => known.name);
  const more = desc.values.length > names.length ? ', ...' : '';
  throw new FieldError(
    path,
    `invalid value ${typeof value === 'string' ? JSON.stringify(value) : describe(value)} for type ` +
      `type.googleapis.com/${desc.typeName}; one of ${names.join(', ')}${more}`,
  );
}

function byName(desc: DescEnum, name: string): number | undefined {
  return desc.values.find((value) => value.name === name)?.number;
}

function upper(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
