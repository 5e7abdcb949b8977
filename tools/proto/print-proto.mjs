// Prints a .proto file from a descriptor. buf resolves imports from files, but no npm package ships
// buf/validate/validate.proto; @bufbuild/protovalidate carries its descriptor.

const SCALARS = {
  1: 'double',
  2: 'float',
  3: 'int64',
  4: 'uint64',
  5: 'int32',
  6: 'fixed64',
  7: 'fixed32',
  8: 'bool',
  9: 'string',
  12: 'bytes',
  13: 'uint32',
  15: 'sfixed32',
  16: 'sfixed64',
  17: 'sint32',
  18: 'sint64',
};
const LABELS = { 1: 'optional', 2: 'required', 3: 'repeated' };

/** The source text of a file descriptor; throws on groups and maps, which no file we print has. */
export function printProto(file) {
  const printer = new Printer(file);
  return printer.print();
}

class Printer {
  #lines = [];

  constructor(file) {
    this.file = file;
  }

  print() {
    const { file } = this;
    this.#lines.push(`syntax = "${file.syntax || 'proto2'}";`, `package ${file.package};`);
    for (const path of file.dependency) this.#lines.push(`import "${path}";`);
    this.#extensions(file.extension, '');
    for (const type of file.enumType) this.#enum(type, '');
    for (const type of file.messageType) this.#message(type, '');
    return `${this.#lines.join('\n')}\n`;
  }

  #message(type, indent) {
    const inner = `${indent}  `;
    this.#lines.push(`${indent}message ${type.name} {`);
    for (const nested of type.enumType) this.#enum(nested, inner);
    for (const nested of type.nestedType) {
      if (nested.options?.mapEntry) throw new Error(`${type.name}.${nested.name}: maps are not supported`);
      this.#message(nested, inner);
    }
    this.#fields(type, inner);
    for (const range of type.extensionRange) {
      this.#lines.push(`${inner}extensions ${range.start} to ${range.end > 536870000 ? 'max' : range.end - 1};`);
    }
    for (const range of type.reservedRange) {
      this.#lines.push(`${inner}reserved ${range.start}${range.end - 1 > range.start ? ` to ${range.end - 1}` : ''};`);
    }
    if (type.reservedName.length)
      this.#lines.push(`${inner}reserved ${type.reservedName.map((n) => JSON.stringify(n)).join(', ')};`);
    this.#extensions(type.extension, inner);
    this.#lines.push(`${indent}}`);
  }

  #fields(type, indent) {
    const printed = new Set();
    for (const field of type.field) {
      const inOneof = Object.hasOwn(field, 'oneofIndex') && !field.proto3Optional;
      if (!inOneof) {
        this.#field(field, indent, false);
      } else if (!printed.has(field.oneofIndex)) {
        printed.add(field.oneofIndex);
        this.#lines.push(`${indent}oneof ${type.oneofDecl[field.oneofIndex].name} {`);
        for (const member of type.field) {
          if (Object.hasOwn(member, 'oneofIndex') && member.oneofIndex === field.oneofIndex)
            this.#field(member, `${indent}  `, true);
        }
        this.#lines.push(`${indent}}`);
      }
    }
  }

  #field(field, indent, inOneof) {
    if (field.type === 10) throw new Error(`${field.name}: groups are not supported`);
    const options = [];
    if (field.defaultValue)
      options.push(`default = ${field.type === 9 ? JSON.stringify(field.defaultValue) : field.defaultValue}`);
    if (field.options?.deprecated) options.push('deprecated = true');
    const implicit = this.file.syntax === 'proto3' && field.label === 1 && !field.proto3Optional;
    const label = inOneof || implicit ? '' : `${LABELS[field.label]} `;
    const suffix = options.length ? ` [${options.join(', ')}]` : '';
    this.#lines.push(
      `${indent}${label}${field.typeName || SCALARS[field.type]} ${field.name} = ${field.number}${suffix};`,
    );
  }

  #enum(type, indent) {
    this.#lines.push(`${indent}enum ${type.name} {`);
    if (type.options?.allowAlias) this.#lines.push(`${indent}  option allow_alias = true;`);
    for (const value of type.value) this.#lines.push(`${indent}  ${value.name} = ${value.number};`);
    this.#lines.push(`${indent}}`);
  }

  #extensions(fields, indent) {
    for (const [extendee, members] of Map.groupBy(fields, (field) => field.extendee)) {
      this.#lines.push(`${indent}extend ${extendee} {`);
      for (const field of members) this.#field(field, `${indent}  `, false);
      this.#lines.push(`${indent}}`);
    }
  }
}
