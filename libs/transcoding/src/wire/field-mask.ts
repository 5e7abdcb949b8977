import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { JsonNode } from '../json/json-node.ts';
import { wrongType } from './scalars.ts';

/** Writes the paths of a google.protobuf.FieldMask given as `title,createTime`; snake_case is taken, too. */
export function writeFieldMask(writer: BinaryWriter, value: JsonNode, path: string): void {
  if (typeof value !== 'string') throw wrongType(value, path, 'field names joined by commas');
  const fail = (expected: string) => wrongType(value, path, expected);
  for (const name of expand(value, fail)) writer.tag(1, WireType.LengthDelimited).string(snake(name));
}

/** A key of a map, `["some_key"]`; anything may stand in it. */
const MAP_KEY = /\["(?:[^"\\]|\\.)*"\]/sy;

/** Characters that a mask may expand to: a long prefix before many short names would be gigabytes. */
const MAX_EXPANDED = 1 << 20;

/** `a.b(c,d),e` is the compact spelling of `a.b.c,a.b.d,e`. */
function expand(text: string, fail: (expected: string) => Error): string[] {
  const found: string[] = [];
  const prefixes: string[] = [];
  let from = 0;
  let length = 0;
  for (let at = 0; at <= text.length; at++) {
    const char = text[at];
    if (char === '[') {
      at = endOfKey(text, at, fail) - 1;
      continue;
    }
    if (char !== undefined && char !== ',' && char !== '(' && char !== ')') continue;
    const name = text.slice(from, at);
    from = at + 1;
    if (char === '(') prefixes.push(append(prefixes.at(-1), name));
    else if (name) {
      const path = append(prefixes.at(-1), name);
      length += path.length;
      if (length > MAX_EXPANDED) throw fail(`no more than ${MAX_EXPANDED} characters`);
      found.push(path);
    }
    if (char === ')' && prefixes.pop() === undefined) throw fail('balanced parentheses');
  }
  if (prefixes.length) throw fail('balanced parentheses');
  return found;
}

function endOfKey(text: string, at: number, fail: (expected: string) => Error): number {
  MAP_KEY.lastIndex = at;
  if (!MAP_KEY.test(text)) throw fail('map keys as ["some_key"]');
  const end = MAP_KEY.lastIndex;
  if (end < text.length && !'.,()'.includes(text[end] as string)) throw fail('nothing behind a map key but . , ( or )');
  return end;
}

function append(prefix = '', name: string): string {
  return prefix && name && !name.startsWith('["') ? `${prefix}.${name}` : prefix + name;
}

/** What stands in quotes stays as it is. */
const PART = /"(?:[^"\\]|\\.)*"?|[^."()]+/gs;

/** An underscore goes before a capital that ends a run of small letters or begins one; not at the beginning. */
function snake(path: string): string {
  return path.replace(PART, (part) =>
    part.startsWith('"') ? part : part.replace(/(?<=[^_A-Z])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])/g, '_$&').toLowerCase(),
  );
}
