import { type DescMethod, type DescService, getOption } from '@bufbuild/protobuf';
import { http } from '@kiban/contracts/google/api';

/** One `google.api.http` binding of a unary method. */
export interface RestRoute {
  readonly verb: string;
  readonly path: RegExp;
  /** The request's fields that the path gives, in order: `topic.name`. */
  readonly variables: readonly string[];
  /** What the body is: the whole request, one of its fields, or nothing. */
  readonly body: string;
  readonly service: DescService;
  readonly method: DescMethod;
}

/** The service's own configuration adds these to the bindings of its proto files. */
const IAM_READS = { getIamPolicy: '/v1/{resource=projects/*/*/*}:getIamPolicy' } as const;

/** The routes of the services' proto files, those with a verb (`:publish`) first, since `*` would take it along. */
export function restRoutes(services: readonly DescService[]): RestRoute[] {
  const routes = services.flatMap((service) => service.methods.flatMap((method) => routesOf(service, method)));
  return routes.sort((a, b) => Number(isPlain(a)) - Number(isPlain(b)));
}

const isPlain = (route: RestRoute): boolean => !/:\w+\$$/.test(route.path.source);

function routesOf(service: DescService, method: DescMethod): RestRoute[] {
  if (method.methodKind !== 'unary') return [];
  const rule = getOption(method, http);
  const routes = [rule, ...rule.additionalBindings].flatMap(({ pattern, body }) => {
    if (pattern.case === undefined || pattern.case === 'custom') return [];
    return [{ verb: pattern.case.toUpperCase(), ...compile(pattern.value), body, service, method }];
  });
  const read = IAM_READS[method.localName as keyof typeof IAM_READS];
  return read ? [...routes, { verb: 'GET', ...compile(read), body: '', service, method }] : routes;
}

// `/v1/{topic=projects/*/topics/*}:publish` as an expression. https://cloud.google.com/endpoints/docs/grpc-service-config/reference/rpc/google.api#http
function compile(template: string): Pick<RestRoute, 'path' | 'variables'> {
  const variables: string[] = [];
  const segments = (pattern: string): string => pattern.replaceAll('**', '.+').replaceAll(/(?<!\.)\*/g, '[^/]+');
  const source = template.replaceAll(/\{([\w.]+)(?:=([^}]+))?\}/g, (_all, name: string, pattern = '*') => {
    variables.push(name);
    return `(${segments(pattern as string)})`;
  });
  return { path: new RegExp(`^${source}$`), variables };
}
