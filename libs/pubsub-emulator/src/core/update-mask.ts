import { type DescMessage, type MessageShape, clone, create } from '@bufbuild/protobuf';
import type { FieldMask } from '@bufbuild/protobuf/wkt';
import { reflect } from '@bufbuild/protobuf/reflect';
import { invalid } from './errors.ts';

/**
 * `current` with the fields of `mask` taken from `update`. The mask is required; a path must name a field (or a field of
 * a sub-message, `push_config.push_endpoint`), and the top field must be one of `mutable`.
 */
export function applyUpdateMask<D extends DescMessage>(
  schema: D,
  current: MessageShape<D>,
  update: MessageShape<D> | undefined,
  mask: FieldMask | undefined,
  mutable: ReadonlySet<string>,
): MessageShape<D> {
  if (!update) throw invalid(`The update of ${schema.name.toLowerCase()} is missing.`);
  if (!mask || mask.paths.length === 0) {
    throw invalid('The update_mask in the request must be set, and must contain a non-empty paths list.');
  }
  const next = clone(schema, current);
  for (const path of mask.paths) {
    const [top, ...rest] = path.split('.');
    const field = schema.fields.find((candidate) => candidate.name === top);
    if (!field)
      throw invalid(`Invalid update_mask provided in the request: '${path}' is not a known ${schema.name} field.`);
    if (!mutable.has(field.name)) {
      throw invalid(`Invalid update_mask provided in the request: '${path}' is not a mutable ${schema.name} field.`);
    }
    copyField(schema, next, update, [top as string, ...rest], path);
  }
  return next;
}

function copyField(
  schema: DescMessage,
  to: MessageShape<DescMessage>,
  from: MessageShape<DescMessage>,
  path: string[],
  whole: string,
): void {
  const [name, ...rest] = path;
  const field = schema.fields.find((candidate) => candidate.name === name);
  if (!field) throw invalid(`Invalid update_mask provided in the request: '${whole}' is not a known field.`);
  const target = reflect(schema, to);
  const source = reflect(schema, from);
  if (rest.length === 0) {
    target.clear(field);
    if (source.isSet(field)) target.set(field, source.get(field) as never);
    return;
  }
  if (field.fieldKind !== 'message') {
    throw invalid(`Invalid update_mask provided in the request: '${whole}' goes into a field that is not a message.`);
  }
  if (!target.isSet(field)) target.set(field, reflect(field.message, create(field.message)));
  const inner = source.isSet(field) ? source.get(field) : reflect(field.message, create(field.message));
  copyField(
    field.message,
    (target.get(field) as { message: MessageShape<DescMessage> }).message,
    (inner as { message: MessageShape<DescMessage> }).message,
    rest,
    whole,
  );
}
