import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { JsonNode } from '../json/json-node.ts';
import { wrongType } from './scalars.ts';

/** Writes the paths of a google.protobuf.FieldMask given as `title,createTime`; snake_case is taken, too. */
export function writeFieldMask(writer: BinaryWriter, value: JsonNode, path: string): void {
  if (typeof value !== 'string') throw wrongType(value, path, 'field names joined by commas');
  for (const name of expand(value, path)) writer.tag(1, WireType.LengthDelimited).string(snake(name));
}

/** `a.b(c,d),e` is the compact spelling of `a.b.c,a.b.d,e`. */
function expand(text: string, path: string): string[] {
  const found: string[] = [];
  const prefixes: string[] = [];
  for (const token of text.match(/[^(),]+|[()]/g) ?? []) {
    if (token === '(') prefixes.push(found.pop() ?? '');
    else if (token === ')') {
      if (prefixes.pop() === undefined) throw wrongType(text, path, 'balanced parentheses');
    } else found.push(prefixes.length ? `${prefixes.at(-1)}.${token}` : token);
  }
  if (prefixes.length) throw wrongType(text, path, 'balanced parentheses');
  return found;
}

/** An underscore goes before a capital that ends a run of small letters or begins one; not at the beginning. */
function snake(path: string): string {
  const segment = (name: string) => name.replace(/(?<=[^_A-Z])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])/g, '_$&').toLowerCase();
  return path.split('.').map(segment).join('.');
}
