import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { FieldPlan, MessagePlan } from './field-plan.ts';
import type { JsonText } from './json-text.ts';
import { printScalar } from './print-scalar.ts';
import { writeTimestamp } from './print-time.ts';
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

const COMMA = 0x2c;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;

/**
 * Prints a message whose fields come in ascending order, a singular one once: so every serializer writes them. Then one
 * pass gives the text, and nothing has to be kept or looked up again.
 * @returns false when the message is written in another way; what `out` holds is then of no use
 */
export function printOrdered(
  parts: PrinterParts,
  out: JsonText,
  plan: MessagePlan,
  reader: WireReader,
  end: number,
  depth: number,
): boolean {
  if (depth > MAX_DEPTH) return false;
  out.char(OPENING_BRACE);
  let last = 0;
  while (reader.at < end) {
    const tag = reader.uint32();
    const field = plan.field(tag >>> 3);
    if (field === undefined) {
      reader.skip(tag & 7, tag >>> 3);
      continue;
    }
    if (field.number <= last || tag !== field.tag) return false;
    out.text(last === 0 ? field.key : field.nextKey);
    last = field.number;
    if (!printField(parts, out, field, reader, end, depth)) return false;
  }
  out.char(CLOSING_BRACE);
  return reader.at === end;
}

/** The value of a field whose first tag is read. */
function printField(
  parts: PrinterParts,
  out: JsonText,
  field: FieldPlan,
  reader: WireReader,
  end: number,
  depth: number,
): boolean {
  switch (field.kind) {
    case 'single':
      return printValue(parts, out, field, reader, depth);
    case 'packed':
      return printPacked(parts, out, field, reader, depth);
    case 'list':
      return printList(parts, out, field, reader, end, depth);
    default:
      printMap(parts, out, field, reader, end, depth);
      return true;
  }
}

function printValue(parts: PrinterParts, out: JsonText, field: FieldPlan, reader: WireReader, depth: number): boolean {
  if (field.scalar === ScalarType.STRING) {
    const limit = reader.limit();
    out.string(reader.bytes, reader.at, limit);
    reader.at = limit;
  } else if (field.scalar !== undefined) out.text(printScalar(reader, field.scalar));
  else if (field.message === undefined) out.text(parts.enumValue(field.field, reader.uint32() | 0));
  else return printInner(parts, out, field.message, reader, depth + 1);
  return true;
}

/** A message within another. */
function printInner(parts: PrinterParts, out: JsonText, desc: DescMessage, reader: WireReader, depth: number): boolean {
  const limit = reader.limit();
  const plan = parts.planOf(desc);
  if (plan.wellKnown === undefined) return printOrdered(parts, out, plan, reader, limit, depth);
  const inner = reader.within(limit);
  if (plan.wellKnown === 'Timestamp') writeTimestamp(out, inner);
  else out.text(parts.message(desc, inner, depth));
  reader.at = limit;
  return true;
}

/** Elements that follow each other. */
function printList(
  parts: PrinterParts,
  out: JsonText,
  field: FieldPlan,
  reader: WireReader,
  end: number,
  depth: number,
): boolean {
  out.char(OPENING_BRACKET);
  for (;;) {
    if (!printValue(parts, out, field, reader, depth)) return false;
    if (!follows(field, reader, end)) break;
    out.char(COMMA);
  }
  out.char(CLOSING_BRACKET);
  return true;
}

function printPacked(parts: PrinterParts, out: JsonText, field: FieldPlan, reader: WireReader, depth: number): boolean {
  const limit = reader.limit();
  out.char(OPENING_BRACKET);
  for (let first = true; reader.at < limit; first = false) {
    if (!first) out.char(COMMA);
    if (!printValue(parts, out, field, reader, depth)) return false;
  }
  out.char(CLOSING_BRACKET);
  return reader.at === limit;
}

function printMap(
  parts: PrinterParts,
  out: JsonText,
  field: FieldPlan,
  reader: WireReader,
  end: number,
  depth: number,
): void {
  const entries = new Map<string, string>();
  do parts.entry(field.field, entries, reader, depth);
  while (follows(field, reader, end));
  out.text(joinEntries(entries));
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
