import type { FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import {
  DEFAULT_OPTIONS,
  ESPV2_OPTIONS,
  loadApi,
  type MethodPlan,
  RouteTable,
  type TranscodingOptions,
} from '@kiban/transcoding';
import type { GatewayPolicy } from '../policy.ts';
import { originMatcher } from './cors.ts';

type Route = Record<string, unknown>;
type Refusal = Route & { readonly match: Route };

/**
 * What Envoy asks before it transcodes: ESPv2's routes. A path has no route to its backend until it is transcoded;
 * these give it the CORS policy, and say 400 to what is no preflight, 405 to another method and 404 to the rest.
 */
export function restRoutes(descriptorSet: FileDescriptorSet, policy: GatewayPolicy): Route[] {
  const options = { ...DEFAULT_OPTIONS, ...ESPV2_OPTIONS, ...policy.options };
  const { plans } = loadApi(descriptorSet, policy.services, options);
  const routes = new RouteTable(plans, options.disallowColonInWildcardPathSegment).list();
  const cluster = policy.services[0] ?? '';
  const templates = new Map(routes.map(({ plan, pattern }) => [pattern.source, plan]));
  const isPreflight = [
    ...ofMethod('OPTIONS').headers,
    { name: 'origin', string_match: originMatcher(options) },
    { name: 'access-control-request-method', present_match: true },
  ];
  return [
    // Envoy's CORS filter answers; it wants a route that leads somewhere.
    ...(options.corsPreset
      ? [{ name: 'preflight', match: { prefix: '/', headers: isPreflight }, route: { cluster } }]
      : []),
    ...routes.map(({ plan, pattern }) => ({
      name: 'known',
      match: { ...paths(pattern.source), ...methods(plan) },
      route: { cluster },
    })),
    ...(options.corsPreset
      ? [refusal('no preflight', { prefix: '/', ...ofMethod('OPTIONS') }, 400, NO_PREFLIGHT)]
      : []),
    ...[...templates].flatMap(([source, plan]) =>
      readable(refusal('other method', paths(source), 405, notAllowed(plan)), options),
    ),
    ...readable(refusal('unknown', { prefix: '/' }, 404, 'The current request is not defined by this API.'), options),
  ];
}

/** The CORS filter leaves refusals alone; without its headers a page could not read them. */
function readable(route: Refusal, options: TranscodingOptions): Route[] {
  if (!options.corsPreset) return [route];
  const headers = [{ name: 'origin', string_match: originMatcher(options) }];
  const allowed = {
    'access-control-allow-origin': '%REQ(ORIGIN)%',
    ...(options.corsAllowCredentials && { 'access-control-allow-credentials': 'true' }),
    'access-control-expose-headers': options.corsExposeHeaders,
  };
  const added = Object.entries(allowed).map(([key, value]) => ({ header: { key, value } }));
  return [{ ...route, match: { ...route.match, headers }, response_headers_to_add: added }, route];
}

function paths(source: string): Route {
  return { safe_regex: { regex: source } };
}

function methods({ httpMethod }: MethodPlan): Route {
  return httpMethod === '*' ? {} : ofMethod(httpMethod);
}

function ofMethod(method: string): { headers: Route[] } {
  return { headers: [{ name: ':method', string_match: { exact: method } }] };
}

function notAllowed({ template }: MethodPlan): string {
  return `The current request is matched to the defined url template "${template}" but its http method is not allowed`;
}

const NO_PREFLIGHT =
  'The CORS preflight request is missing one (or more) of the following required headers ' +
  '[Origin, Access-Control-Request-Method] or has an unmatched Origin header.';

/** The transcoder would say 404 before; so it is off here. */
function refusal(name: string, match: Route, status: number, message: string): Refusal {
  return {
    name,
    match,
    direct_response: { status, body: { inline_string: message } },
    typed_per_filter_config: TRANSCODER_OFF,
  };
}

/** For routes whose paths the transcoder must leave alone. */
export const TRANSCODER_OFF = {
  'envoy.filters.http.grpc_json_transcoder': {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder',
    proto_descriptor_bin: '',
  },
};
