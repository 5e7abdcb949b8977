import type { DescEnum, DescField, DescFile, DescMessage, DescMethod, DescService } from '@bufbuild/protobuf';

type Commented = DescMessage | DescField | DescMethod | DescService | DescEnum;

const cache = new WeakMap<DescFile, Map<string, string>>();

/** The comment in front of a declaration, one paragraph per blank line; empty when there is none. */
export function commentOf(desc: Commented): string {
  const file = fileOf(desc);
  let known = cache.get(file);
  if (!known) {
    known = new Map();
    for (const { path, leadingComments } of file.proto.sourceCodeInfo?.location ?? []) {
      if (leadingComments) known.set(path.join('.'), tidy(leadingComments));
    }
    cache.set(file, known);
  }
  return known.get(pathOf(desc).join('.')) ?? '';
}

function tidy(comment: string): string {
  return comment
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s*\n\s*/g, ' ').trim())
    .filter((paragraph) => paragraph && !paragraph.startsWith('buf:lint'))
    .join('\n\n');
}

function fileOf(desc: Commented): DescFile {
  return desc.kind === 'field' || desc.kind === 'rpc' ? desc.parent.file : desc.file;
}

/** Field numbers of descriptor.proto: message_type 4, nested_type 3, field 2, enum_type 5 and 4, service 6, method 2. */
function pathOf(desc: Commented): number[] {
  switch (desc.kind) {
    case 'message':
      return desc.parent
        ? [...pathOf(desc.parent), 3, desc.parent.proto.nestedType.indexOf(desc.proto)]
        : [4, desc.file.proto.messageType.indexOf(desc.proto)];
    case 'enum':
      return desc.parent
        ? [...pathOf(desc.parent), 4, desc.parent.proto.enumType.indexOf(desc.proto)]
        : [5, desc.file.proto.enumType.indexOf(desc.proto)];
    case 'field':
      return [...pathOf(desc.parent), 2, desc.parent.proto.field.indexOf(desc.proto)];
    case 'service':
      return [6, desc.file.proto.service.indexOf(desc.proto)];
    default:
      return [...pathOf(desc.parent), 2, desc.parent.proto.method.indexOf(desc.proto)];
  }
}
