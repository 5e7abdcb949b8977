import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import { DEFAULT_OPTIONS, loadApi, type MethodPlan } from '@kiban/transcoding';
import { commentOf } from './comments.ts';
import { openApiPath } from './paths.ts';
import { isRequired, type Schema, SchemaBook } from './schemas.ts';

export interface OpenApiSettings {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
  /** Full names; absent = every service that has rules. */
  readonly services?: readonly string[];
  /** Whether a method needs a token. Default none does. */
  readonly needsToken?: (selector: string) => boolean;
}

/** The OpenAPI 3.1 document of the REST API that the gateway makes of a descriptor set. Comments become descriptions. */
export function openApi(descriptorSet: FileDescriptorSet, settings: OpenApiSettings): Record<string, unknown> {
  const api = loadApi(descriptorSet, settings.services, { ...DEFAULT_OPTIONS });
  const book = new SchemaBook();
  const status = api.registry.getMessage('google.rpc.Status');
  const paths: Record<string, Record<string, unknown>> = {};
  const operations = new Map<string, number>();
  for (const plan of api.plans) {
    const { path } = openApiPath(plan);
    (paths[path] ??= {})[plan.httpMethod.toLowerCase()] = operation(plan, book, status, settings, operations);
  }
  const services = [...new Set(api.plans.map((plan) => plan.method.parent))];
  return {
    openapi: '3.1.0',
    info: {
      title: settings.title,
      version: settings.version,
      ...(settings.description && { description: settings.description }),
    },
    tags: services.map((service) => ({ name: service.name, description: commentOf(service) || service.typeName })),
    paths,
    components: {
      schemas: Object.fromEntries([...book.schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function operation(
  plan: MethodPlan,
  book: SchemaBook,
  status: DescMessage | undefined,
  settings: OpenApiSettings,
  operations: Map<string, number>,
): Record<string, unknown> {
  const { method } = plan;
  const comment = commentOf(method);
  const count = (operations.get(method.name) ?? 0) + 1;
  operations.set(method.name, count);
  const body = requestBody(plan, book);
  return {
    operationId: count === 1 ? method.name : `${method.name}${count}`,
    tags: [method.parent.name],
    ...(comment && { summary: comment.split(/(?<=\.)\s/)[0], description: comment }),
    parameters: [...pathParameters(plan), ...queryParameters(plan, book)],
    ...(body && { requestBody: body }),
    responses: {
      '200': { description: 'OK', content: responseContent(plan, book) },
      default: {
        description: 'An error',
        content: { 'application/json': { schema: status ? book.message(status) : { type: 'object' } } },
      },
    },
    ...(settings.needsToken?.(plan.selector) && { security: [{ bearer: [] }] }),
  };
}

function pathParameters(plan: MethodPlan): Record<string, unknown>[] {
  return openApiPath(plan).parameters.map(({ name, field, pattern }) => ({
    name,
    in: 'path',
    required: true,
    description: `A part of ${field}, \`${pattern}\`.`,
    schema: { type: 'string' },
  }));
}

/** Every field that neither the path nor the body sets; fields of messages by dotted names, one level deep. */
function queryParameters(plan: MethodPlan, book: SchemaBook): Record<string, unknown>[] {
  if (plan.body === '*') return [];
  const taken = new Set([...plan.pathFields, plan.bodyFields].map((fields) => fields[0]));
  return plan.method.input.fields.filter((field) => !taken.has(field)).flatMap((field) => parametersOf(field, book));
}

function parametersOf(field: DescField, book: SchemaBook): Record<string, unknown>[] {
  const isMessage = field.message !== undefined && !field.message.typeName.startsWith('google.protobuf.');
  if (field.fieldKind === 'map' || (field.fieldKind === 'list' && isMessage)) return [];
  if (!isMessage) return [parameter(field.jsonName, field, book)];
  return (field.message?.fields ?? [])
    .filter((inner) => !inner.message && inner.fieldKind !== 'map')
    .map((inner) => parameter(`${field.jsonName}.${inner.jsonName}`, inner, book));
}

function parameter(name: string, field: DescField, book: SchemaBook): Record<string, unknown> {
  const { description, ...schema } = book.field(field);
  return {
    name,
    in: 'query',
    ...(isRequired(field) && { required: true }),
    ...(typeof description === 'string' && { description }),
    schema,
  };
}

function requestBody(plan: MethodPlan, book: SchemaBook): Record<string, unknown> | undefined {
  if (plan.body === '') return undefined;
  if (plan.httpBodyIn) return { content: { '*/*': { schema: {} } } };
  const field = plan.bodyFields.at(-1);
  const schema: Schema = field ? book.field(field) : book.message(plan.method.input);
  const streams = plan.method.methodKind === 'client_streaming' || plan.method.methodKind === 'bidi_streaming';
  return {
    required: field ? isRequired(field) : true,
    content: { 'application/json': { schema: streams ? { type: 'array', items: schema } : schema } },
  };
}

function responseContent(plan: MethodPlan, book: SchemaBook): Record<string, unknown> {
  if (plan.httpBodyOut) return { '*/*': { schema: {} } };
  const schema = book.message(plan.method.output);
  const streams = plan.method.methodKind === 'server_streaming' || plan.method.methodKind === 'bidi_streaming';
  if (!streams) return { 'application/json': { schema } };
  return { 'application/json': { schema: { type: 'array', items: schema } }, 'text/event-stream': { schema } };
}
