import { type DescField, type DescMethod, type FileRegistry, getOption, hasOption } from '@bufbuild/protobuf';
import { http as httpRule, type HttpRule } from '@kiban/contracts/google/api';
import { fieldOf } from '../wire/fields.ts';

/** One way to call a method over HTTP. */
export interface HttpBinding {
  readonly method: DescMethod;
  readonly httpMethod: string;
  readonly template: string;
  /** `*`, a field path, or empty: where the body goes. */
  readonly body: string;
  readonly responseBody: string;
}

/** A set-up that cannot be served. `problems` holds one sentence for each mistake. */
export class GatewayConfigError extends Error {
  override readonly name = 'GatewayConfigError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** `kiban.bff.v1.BffService.GetArticle`: how Google's config names a method. */
export function selectorOf(method: DescMethod): string {
  return `${method.parent.typeName}.${method.name}`;
}

/** `/kiban.bff.v1.BffService/GetArticle`: how gRPC names a method. */
export function grpcPathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/** The bindings of a method's google.api.http rule, the additional ones behind the first. */
export function annotatedBindings(method: DescMethod): HttpBinding[] {
  if (!hasOption(method, httpRule)) return [];
  const rule = getOption(method, httpRule);
  return [rule, ...rule.additionalBindings].flatMap((each) => bindingOf(method, each) ?? []);
}

export function defaultBinding(method: DescMethod): HttpBinding {
  return { method, httpMethod: 'POST', template: grpcPathOf(method), body: '*', responseBody: '' };
}

function bindingOf(method: DescMethod, { pattern, body, responseBody }: HttpRule): HttpBinding | undefined {
  if (pattern.case === undefined) return undefined;
  const [httpMethod, template] =
    pattern.case === 'custom' ? [pattern.value.kind, pattern.value.path] : [pattern.case.toUpperCase(), pattern.value];
  return { method, httpMethod, template, body, responseBody };
}

/** The named services, or every service that has a rule. */
export function methodsOf(registry: FileRegistry, services: readonly string[] | undefined): DescMethod[] {
  const names = services ?? annotatedServices(registry);
  const missing = names.filter((name) => !registry.getService(name));
  if (missing.length) {
    throw new GatewayConfigError(missing.map((name) => `Could not find service "${name}" in the descriptor set`));
  }
  return names.flatMap((name) => registry.getService(name)?.methods ?? []);
}

function annotatedServices(registry: FileRegistry): string[] {
  const found: string[] = [];
  for (const type of registry) {
    if (type.kind === 'service' && type.methods.some((method) => hasOption(method, httpRule)))
      found.push(type.typeName);
  }
  return found.sort();
}

/**
 * The fields that a dotted path names, in either spelling.
 * @returns a sentence in upstream's words when one is missing
 */
export function resolveFieldPath(message: DescMethod['input'], names: readonly string[]): DescField[] | string {
  const fields: DescField[] = [];
  let desc: DescMethod['input'] | undefined = message;
  for (const name of names) {
    if (!desc) return `Field "${fields.at(-1)?.name}" is not a message, "${name}" cannot be inside it.`;
    const field: DescField | undefined = fieldOf(desc, name);
    if (!field) return `Could not find field "${name}" in the type "${desc.typeName}".`;
    fields.push(field);
    desc = field.message;
  }
  return fields;
}
