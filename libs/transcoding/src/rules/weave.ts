import type { DescField } from '@bufbuild/protobuf';
import { JsonNumber, JsonObject, type JsonNode } from '../json/json-node.ts';

/** A value from the path or the query and the field it goes to. */
export interface ResolvedBinding {
  readonly fields: readonly DescField[];
  readonly value: string;
  readonly from: 'path' | 'query';
}

interface Weft {
  readonly bindings: { field: DescField; binding: ResolvedBinding }[];
  readonly messages: Map<DescField, Weft>;
}

/** A field that the body and a binding both set. */
export interface Collision {
  readonly binding: ResolvedBinding;
  readonly bodyValue: JsonNode;
  readonly differs: boolean;
  /** The body uses the proto name: only then does Envoy see the collision. */
  readonly protoName: boolean;
}

/**
 * Adds bindings to a body as Envoy's RequestWeaver does: they go behind what the body says, so a later value of the
 * same field wins; but where the body has a scalar under the field's proto name, the body wins. `collision` hears of
 * each field that both set, in whichever spelling.
 */
export function weave(
  body: JsonObject,
  bindings: readonly ResolvedBinding[],
  collision?: (found: Collision) => void,
): void {
  if (bindings.length === 0) return;
  const root = weft();
  for (const binding of bindings) {
    let at = root;
    for (const field of binding.fields.slice(0, -1)) {
      let inner = at.messages.get(field);
      if (!inner) at.messages.set(field, (inner = weft()));
      at = inner;
    }
    const field = binding.fields.at(-1);
    if (field) at.bindings.push({ field, binding });
  }
  weaveInto(body, root, collision);
}

function weft(): Weft {
  return { bindings: [], messages: new Map() };
}

function weaveInto(object: JsonObject, node: Weft, collision: ((found: Collision) => void) | undefined): void {
  const entries = object.entries.splice(0);
  // Looked at once each, so that many fields and many bindings do not multiply.
  const names = entries.length === 0 ? NO_NAMES : namesOf(node);
  for (const [key, value] of entries) {
    if (value instanceof JsonObject) {
      for (const [field, inner] of node.messages) {
        if (key === field.name) weaveInto(value, inner, collision);
        else if (key === field.jsonName && collision) report(value, inner, collision);
      }
    } else if (value !== null && !Array.isArray(value) && names.delete(key)) {
      scalar(object, node, key, value, collision);
    }
    object.entries.push([key, value]);
  }
  for (const { field, binding } of node.bindings.splice(0)) {
    object.entries.push([field.name, valueFor(field, binding)]);
  }
  for (const [field, inner] of node.messages) {
    if (inner.bindings.length === 0 && inner.messages.size === 0) continue;
    const value = new JsonObject();
    weaveInto(value, inner, collision);
    object.entries.push([field.name, value]);
  }
  node.messages.clear();
}

const NO_NAMES = new Set<string>();

/** Both spellings of the fields that are bound. */
function namesOf({ bindings }: Weft): Set<string> {
  return new Set(bindings.flatMap(({ field }) => [field.name, field.jsonName]));
}

/** One element of a list, else the value. */
function valueFor(field: DescField, { value }: ResolvedBinding): JsonNode {
  return field.fieldKind === 'list' ? [value] : value;
}

/** The body's scalar stands; a repeated field takes the binding before it. */
function scalar(
  object: JsonObject,
  node: Weft,
  key: string,
  value: JsonNode,
  collision: ((found: Collision) => void) | undefined,
): void {
  for (let at = 0; at < node.bindings.length; at++) {
    const { field, binding } = node.bindings[at] as (typeof node.bindings)[number];
    if (key !== field.name && key !== field.jsonName) continue;
    if (field.fieldKind !== 'list') collision?.(made(key, field, binding, value));
    if (key !== field.name) continue;
    if (field.fieldKind === 'list') object.entries.push([field.name, valueFor(field, binding)]);
    node.bindings.splice(at--, 1);
  }
}

/** Collisions inside a message that the body spells in camelCase: upstream does not see them, strict mode must. */
function report(object: JsonObject, node: Weft, collision: (found: Collision) => void): void {
  const names = namesOf(node);
  for (const [key, value] of object.entries) {
    for (const { field, binding } of names.delete(key) ? node.bindings : []) {
      if (field.fieldKind !== 'list' && (key === field.name || key === field.jsonName)) {
        collision({ ...made(key, field, binding, value), protoName: false });
      }
    }
    if (!(value instanceof JsonObject)) continue;
    for (const [field, inner] of node.messages)
      if (key === field.name || key === field.jsonName) report(value, inner, collision);
  }
}

function made(key: string, field: DescField, binding: ResolvedBinding, bodyValue: JsonNode): Collision {
  return { binding, bodyValue, differs: differs(bodyValue, binding.value), protoName: key === field.name };
}

function differs(body: JsonNode, binding: string): boolean {
  if (body instanceof JsonNumber) return body.text !== binding && Number(body.text) !== Number(binding);
  return (typeof body === 'string' ? body : JSON.stringify(body)) !== binding;
}
