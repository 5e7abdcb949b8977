import type { DescriptorProto, FileDescriptorSet } from '@bufbuild/protobuf/wkt';

/**
 * Makes the type names of a descriptor set absolute. protobufjs writes them as the definition has them, relative to
 * the message they stand in: https://protobuf.dev/programming-guides/proto3/#name-resolution
 */
export function qualifyTypes(set: FileDescriptorSet): void {
  for (const file of set.file) {
    const scope = file.package === '' ? '' : `.${file.package}`;
    const known = new Set(file.enumType.map(({ name }) => `${scope}.${name}`));
    for (const message of file.messageType) collect(message, scope, known);
    for (const message of file.messageType) qualify(message, scope, known);
  }
}

function collect(message: DescriptorProto, scope: string, known: Set<string>): void {
  const name = `${scope}.${message.name}`;
  known.add(name);
  for (const inner of message.enumType) known.add(`${name}.${inner.name}`);
  for (const inner of message.nestedType) collect(inner, name, known);
}

function qualify(message: DescriptorProto, scope: string, known: ReadonlySet<string>): void {
  const name = `${scope}.${message.name}`;
  for (const field of message.field) {
    if (field.typeName !== '' && !field.typeName.startsWith('.')) field.typeName = find(field.typeName, name, known);
  }
  for (const inner of message.nestedType) qualify(inner, name, known);
}

/** The innermost scope that has the name wins. */
function find(name: string, scope: string, known: ReadonlySet<string>): string {
  for (let at = scope; ; at = at.slice(0, at.lastIndexOf('.'))) {
    if (known.has(`${at}.${name}`)) return `${at}.${name}`;
    if (at === '') return name;
  }
}
