import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { FieldPlan, MessagePlan } from './field-plan.ts';
import { printScalar } from './print-scalar.ts';
import type { WireReader } from './wire-reader.ts';

/** What the ordered printer needs of the one that prints anything. */
export interface PrinterParts {
  planOf(desc: DescMessage): MessagePlan;
  enumValue(field: DescField, number: number): string;
  /** Adds one entry of a map. */
  entry(field: DescField, map: Map<string, string>, reader: WireReader, depth: number): void;
  /** The JSON of a message that fills the rest of the reader. */
  message(desc: DescMessage, reader: WireReader, depth: number): string;
}

/** Objects within each other at most. */
export const MAX_DEPTH = 100;

/**
 * Prints a message whose fields come in ascending order, a singular one once: so every serializer writes them. Then one
 * pass gives the text, and nothing has to be kept or looked up again.
 * @returns the members without braces, or undefined when the message is written in another way
 */
export function printOrdered(
  parts: PrinterParts,
  plan: MessagePlan,
  reader: WireReader,
  end: number,
  depth: number,
): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  let text = '';
  let last = 0;
  while (reader.at < end) {
    const tag = reader.uint32();
    const field = plan.field(tag >>> 3);
    if (field === undefined) {
      reader.skip(tag & 7, tag >>> 3);
      continue;
    }
    if (field.number <= last || tag !== field.tag) return undefined;
    last = field.number;
    const value = printField(parts, field, reader, end, depth);
    if (value === undefined) return undefined;
    text += text === '' ? field.key + value : field.nextKey + value;
  }
  return reader.at === end ? text : undefined;
}

/** The value of a field whose first tag is read. */
function printField(
  parts: PrinterParts,
  field: FieldPlan,
  reader: WireReader,
  end: number,
  depth: number,
): string | undefined {
  switch (field.kind) {
    case 'single':
      return printValue(parts, field, reader, depth);
    case 'packed':
      return printPacked(parts, field, reader, depth);
    case 'list':
      return printList(parts, field, reader, end, depth);
    default:
      return printMap(parts, field, reader, end, depth);
  }
}

function printValue(parts: PrinterParts, field: FieldPlan, reader: WireReader, depth: number): string | undefined {
  if (field.scalar !== undefined) return printScalar(reader, field.scalar);
  if (field.message === undefined) return parts.enumValue(field.field, reader.uint32() | 0);
  const limit = reader.limit();
  const plan = parts.planOf(field.message);
  if (plan.wellKnown === undefined) {
    const members = printOrdered(parts, plan, reader, limit, depth + 1);
    return members === undefined ? undefined : `{${members}}`;
  }
  const value = parts.message(field.message, reader.within(limit), depth + 1);
  reader.at = limit;
  return value;
}

/** Elements that follow each other. */
function printList(
  parts: PrinterParts,
  field: FieldPlan,
  reader: WireReader,
  end: number,
  depth: number,
): string | undefined {
  let text = '[';
  do {
    const value = printValue(parts, field, reader, depth);
    if (value === undefined) return undefined;
    text += text === '[' ? value : `,${value}`;
  } while (follows(field, reader, end));
  return `${text}]`;
}

function printPacked(parts: PrinterParts, field: FieldPlan, reader: WireReader, depth: number): string | undefined {
  const limit = reader.limit();
  let text = '[';
  while (reader.at < limit) {
    const value = printValue(parts, field, reader, depth) ?? '';
    text += text === '[' ? value : `,${value}`;
  }
  return reader.at === limit ? `${text}]` : undefined;
}

function printMap(parts: PrinterParts, field: FieldPlan, reader: WireReader, end: number, depth: number): string {
  const entries = new Map<string, string>();
  do parts.entry(field.field, entries, reader, depth);
  while (follows(field, reader, end));
  return joinEntries(entries);
}

/** The JSON of a map. */
export function joinEntries(entries: ReadonlyMap<string, string>): string {
  let text = '{';
  for (const [key, value] of entries) text += text === '{' ? `${key}:${value}` : `,${key}:${value}`;
  return `${text}}`;
}

/** Passes over the field's tag when it stands here again. */
function follows(field: FieldPlan, reader: WireReader, end: number): boolean {
  const before = reader.at;
  if (before >= end) return false;
  if (reader.uint32() === field.tag) return true;
  reader.at = before;
  return false;
}
