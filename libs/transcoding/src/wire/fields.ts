import type { DescField, DescMessage } from '@bufbuild/protobuf';

const cache = new WeakMap<DescMessage, Map<string, DescField>>();

/** The field of a name in proto or JSON spelling. */
export function fieldOf(desc: DescMessage, name: string): DescField | undefined {
  let known = cache.get(desc);
  if (!known) {
    known = new Map();
    for (const field of desc.fields) known.set(field.jsonName, field);
    // The proto spelling wins where one field's name is another one's JSON name.
    for (const field of desc.fields) known.set(field.name, field);
    cache.set(desc, known);
  }
  return known.get(name);
}
