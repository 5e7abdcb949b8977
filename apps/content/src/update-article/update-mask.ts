import type { Article } from '@kiban/contracts/kiban/content/v1';
import type { FieldMask } from '@bufbuild/protobuf/wkt';
import { ServiceError } from '@kiban/grpc';

/** The fields a caller may change; each has the same name in the table. */
const MUTABLE_FIELDS = ['title', 'body', 'tags', 'language', 'url', 'authors'] as const;
export type MutableField = (typeof MUTABLE_FIELDS)[number];

const FIXED: Record<string, string> = {
  name: 'is the identity of the article',
  create_time: 'is set when the article is created',
  update_time: 'is set by the server',
  etag: 'is set by the server; send it in the article, not in the mask',
};

/**
 * The fields an update changes: those of the mask, or without one every field that is set. `*` is all of them.
 * Throws INVALID_ARGUMENT naming updateMask for unknown and fixed fields.
 */
export function fieldsToUpdate(article: Article, mask: FieldMask | undefined): MutableField[] {
  const paths = mask?.paths ?? [];
  if (paths.length === 0) return MUTABLE_FIELDS.filter((field) => article[field].length > 0);
  if (paths.includes('*') && paths.length === 1) return [...MUTABLE_FIELDS];
  const problems = paths
    .filter((path) => !isMutable(path))
    .map((path) => ({ field: 'updateMask', description: refuse(path) }));
  if (problems.length > 0) throw ServiceError.invalidArgument(problems);
  return MUTABLE_FIELDS.filter((field) => paths.includes(field));
}

function isMutable(path: string): path is MutableField {
  return (MUTABLE_FIELDS as readonly string[]).includes(path);
}

function refuse(path: string): string {
  const why = Object.hasOwn(FIXED, path) ? FIXED[path] : undefined;
  if (why) return `${path} cannot be changed: it ${why}`;
  if (path === '*') return '* must stand alone';
  return `unknown field ${JSON.stringify(path)}: use ${MUTABLE_FIELDS.join(', ')}`;
}
