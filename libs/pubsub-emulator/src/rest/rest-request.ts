import {
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  ScalarType,
} from '@bufbuild/protobuf';
import { invalid } from '../core/errors.ts';
import type { RestRoute } from './rest-routes.ts';

/** Parameters that every Google API takes and that say nothing about the request: https://cloud.google.com/apis/docs/system-parameters */
const SYSTEM = new Set([
  'access_token',
  'alt',
  'callback',
  'fields',
  'key',
  'oauth_token',
  'prettyPrint',
  'quotaUser',
  'uploadType',
  'upload_protocol',
]);

/** Puts path, query and body of a REST call together to the method's request. */
export function restRequest(route: RestRoute, values: readonly string[], query: URLSearchParams, body: string) {
  const { input } = route.method;
  const json = route.body === '' ? {} : parse(body);
  const request: JsonObject =
    route.body === '' || route.body === '*' ? json : { [fieldOf(input, route.body).jsonName]: json };
  for (const [name, value] of query) {
    if (!name.startsWith('$') && !SYSTEM.has(name)) assign(input, request, name, value);
  }
  route.variables.forEach((name, i) => assign(input, request, name, values[i] as string));
  try {
    return fromJson(input, request);
  } catch (error) {
    throw invalid(`Invalid JSON payload received. ${(error as Error).message}`);
  }
}

function parse(body: string): JsonObject {
  if (body.trim() === '') return {};
  try {
    const value = JSON.parse(body) as JsonValue;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw invalid(`Invalid JSON payload received. ${(error as Error).message}`);
  }
  throw invalid('Invalid JSON payload received. The body must be a JSON object.');
}

/** Sets a field by its path, `topic.name`, in the spelling of the proto file or of JSON. */
function assign(input: DescMessage, request: JsonObject, path: string, value: string): void {
  const at = path.indexOf('.');
  const field = fieldOf(input, at < 0 ? path : path.slice(0, at));
  const name = field.name in request ? field.name : field.jsonName;
  if (at < 0) {
    const read = valueOf(field, value);
    if (field.fieldKind === 'list') request[name] = [...((request[name] as JsonValue[] | undefined) ?? []), read];
    else request[name] = read;
    return;
  }
  if (field.message === undefined || field.fieldKind !== 'message') throw unknown(path);
  const inner = (request[name] ??= {});
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) throw unknown(path);
  assign(field.message, inner, path.slice(at + 1), value);
}

function fieldOf(message: DescMessage, name: string): DescField {
  const field = message.fields.find((each) => each.name === name || each.jsonName === name);
  if (!field) throw unknown(name);
  return field;
}

/** Text as the JSON of the field's type: numbers may stay text, booleans and enum numbers may not. */
function valueOf(field: DescField, value: string): JsonValue {
  if ('enum' in field && field.enum && /^-?\d+$/.test(value)) return Number(value);
  if ('scalar' in field && field.scalar === ScalarType.BOOL && /^(true|false)$/.test(value)) return value === 'true';
  return value;
}

const unknown = (name: string) => invalid(`Invalid JSON payload received. Unknown name "${name}": Cannot find field.`);
