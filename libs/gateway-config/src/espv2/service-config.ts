import type { FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import { DEFAULT_OPTIONS, loadApi, type MethodPlan } from '@kiban/transcoding';
import type { GatewayPolicy, TokenSource } from '../policy.ts';
import { bareDescriptorSet } from '../strip-source-info.ts';

export interface ServiceConfigSettings {
  /** Name of the Endpoints service; any host name does without Service Control. */
  readonly name: string;
  /** Names this version of the config. */
  readonly id: string;
  readonly title: string;
  /** Where the tokens of each kind of caller come from. */
  readonly tokens: Readonly<Record<'users' | 'push', TokenSource>>;
}

/**
 * The google.api.Service that ESPv2 starts from with --service_json_path. There is no `control`: it asks nobody. Its
 * routes come from http.rules, its transcoding from the descriptor set in sourceInfo.
 */
export function serviceConfig(
  descriptorSet: FileDescriptorSet,
  policy: GatewayPolicy,
  settings: ServiceConfigSettings,
): Record<string, unknown> {
  const { plans } = loadApi(descriptorSet, policy.services, { ...DEFAULT_OPTIONS });
  const methods = [...new Map(plans.map((plan) => [plan.selector, plan])).values()];
  const guarded = methods.filter(({ selector }) => policy.access[selector] !== 'public');
  return {
    name: settings.name,
    id: settings.id,
    title: settings.title,
    apis: policy.services.map((service) => api(service, methods)),
    http: { rules: methods.map(({ selector }) => httpRule(selector, plans)) },
    backend: { rules: methods.map((plan) => backendRule(plan, policy)) },
    authentication: {
      providers: (['users', 'push'] as const).map((id) => provider(id, settings.tokens[id])),
      rules: guarded.map(({ selector }) => ({
        selector,
        requirements: [{ providerId: policy.access[selector] === 'push' ? 'push' : 'users' }],
      })),
    },
    usage: { rules: methods.map(({ selector }) => ({ selector, allowUnregisteredCalls: true })) },
    endpoints: [{ name: settings.name }],
    sourceInfo: {
      sourceFiles: [
        {
          '@type': 'type.googleapis.com/google.api.servicemanagement.v1.ConfigFile',
          filePath: 'api_descriptor.pb',
          fileContents: Buffer.from(bareDescriptorSet(descriptorSet)).toString('base64'),
          fileType: 'FILE_DESCRIPTOR_SET_PROTO',
        },
      ],
    },
  };
}

function api(service: string, methods: readonly MethodPlan[]): Record<string, unknown> {
  const own = methods.filter(({ method }) => method.parent.typeName === service);
  return {
    name: service,
    methods: own.map(({ method }) => ({
      name: method.name,
      requestTypeUrl: `type.googleapis.com/${method.input.typeName}`,
      responseTypeUrl: `type.googleapis.com/${method.output.typeName}`,
      ...((method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming') && {
        requestStreaming: true,
      }),
      ...((method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming') && {
        responseStreaming: true,
      }),
      syntax: 'SYNTAX_PROTO3',
    })),
    version: service.split('.').at(-2) ?? 'v1',
    syntax: 'SYNTAX_PROTO3',
  };
}

const VERBS = new Set(['GET', 'PUT', 'POST', 'DELETE', 'PATCH']);

function httpRule(selector: string, plans: readonly MethodPlan[]): Record<string, unknown> {
  const [first, ...more] = plans.filter((plan) => plan.selector === selector).map(pattern);
  return { selector, ...first, ...(more.length > 0 && { additionalBindings: more }) };
}

function pattern({ httpMethod, template, body, responseBody }: MethodPlan): Record<string, unknown> {
  const where = VERBS.has(httpMethod)
    ? { [httpMethod.toLowerCase()]: template }
    : { custom: { kind: httpMethod, path: template } };
  return { ...where, ...(body && { body }), ...(responseBody && { responseBody }) };
}

/** Without disableAuth ESPv2 would put its own ID token in the place of the caller's. */
function backendRule({ selector, method }: MethodPlan, policy: GatewayPolicy): Record<string, unknown> {
  const deadlineMs = policy.deadlinesMs[selector] ?? policy.defaultDeadlineMs;
  const streams = method.methodKind !== 'unary';
  return {
    selector,
    address: `grpc://${policy.backends[method.parent.typeName] ?? 'missing-backend:50051'}`,
    ...(!streams && { deadline: deadlineMs / 1000 }),
    disableAuth: true,
  };
}

function provider(id: string, { issuer, jwks, audience }: TokenSource): Record<string, unknown> {
  return { id, issuer, jwksUri: jwks, audiences: typeof audience === 'string' ? audience : audience.join(',') };
}
