import type { FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import { DEFAULT_OPTIONS, loadApi, type MethodPlan } from '@kiban/transcoding';
import type { GatewayPolicy, TokenSource } from '../policy.ts';
import { accessLog, compressors, localCluster, localRoutes, methodOverride } from './around.ts';
import { endpoint, split } from './endpoint.ts';
import { corsPolicy } from './cors.ts';
import { restRoutes } from './rest-routes.ts';
import { transcoder } from './transcoder.ts';

export interface EnvoyConfigSettings {
  /** Default 0.0.0.0. */
  readonly host?: string;
  /** Default 8080. */
  readonly port?: number;
  /** Paths that an HTTP/1 server of our own answers, all methods, without tokens. */
  readonly local?: { readonly address: string; readonly prefixes: readonly string[] };
  /** How many proxies in front are trusted to have set X-Forwarded-For. Default 0. */
  readonly trustedHops?: number;
  /** Compress answers of 1 KiB and more with brotli or gzip when the client accepts it. Default false, as ESPv2. */
  readonly compress?: boolean;
  /** Write a line of JSON for each request to standard output. Default false. */
  readonly accessLog?: boolean;
  readonly tokens: Readonly<Record<'users' | 'push', TokenSource>>;
}

const FILTER = 'type.googleapis.com/envoy.extensions.filters.http';

/** A static config for stock Envoy that answers like ESPv2 with the same descriptor set. JSON is YAML to Envoy. */
export function envoyConfig(
  descriptorSet: FileDescriptorSet,
  policy: GatewayPolicy,
  settings: EnvoyConfigSettings,
): Record<string, unknown> {
  const { plans } = loadApi(descriptorSet, policy.services, { ...DEFAULT_OPTIONS });
  const services = [...policy.services];
  return {
    // Each template is a regular expression; Envoy's own limit is 100 steps, which a long path exceeds.
    layered_runtime: {
      layers: [{ name: 'static', static_layer: { 're2.max_program_size.error_level': 10_000 } }],
    },
    static_resources: {
      listeners: [
        {
          name: 'rest',
          address: { socket_address: { address: settings.host ?? '0.0.0.0', port_value: settings.port ?? 8080 } },
          per_connection_buffer_limit_bytes:
            policy.options.connectionBufferLimitBytes ?? DEFAULT_OPTIONS.connectionBufferLimitBytes,
          filter_chains: [{ filters: [connectionManager(descriptorSet, policy, plans, settings)] }],
        },
      ],
      clusters: [
        ...services.map((service) => grpcCluster(service, policy)),
        ...keyClusters(settings.tokens),
        ...(settings.local ? [localCluster(settings.local.address)] : []),
      ],
    },
  };
}

function connectionManager(
  descriptorSet: FileDescriptorSet,
  policy: GatewayPolicy,
  plans: readonly MethodPlan[],
  settings: EnvoyConfigSettings,
): Record<string, unknown> {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
      stat_prefix: 'rest',
      normalize_path: true,
      merge_slashes: true,
      always_set_request_id_in_response: true,
      preserve_external_request_id: true,
      // The backend hears who connected as the last address; what a client claims stands before it.
      use_remote_address: true,
      xff_num_trusted_hops: settings.trustedHops ?? 0,
      // Streams that only listen may be silent for as long as they like.
      stream_idle_timeout: '0s',
      local_reply_config: REFUSALS,
      ...(settings.accessLog && { access_log: [accessLog()] }),
      common_http_protocol_options: { headers_with_underscores_action: 'REJECT_REQUEST' },
      route_config: {
        virtual_hosts: [
          {
            name: 'api',
            domains: ['*'],
            routes: [
              ...localRoutes(settings),
              ...[...new Set(plans.map(({ grpcPath }) => grpcPath))].map((path) => grpcRoute(path, plans, policy)),
              ...restRoutes(descriptorSet, policy),
            ],
            ...(policy.options.corsPreset && {
              typed_per_filter_config: { 'envoy.filters.http.cors': corsPolicy(policy) },
            }),
          },
        ],
      },
      http_filters: [
        methodOverride(),
        ...(policy.options.corsPreset
          ? [{ name: 'envoy.filters.http.cors', typed_config: { '@type': `${FILTER}.cors.v3.Cors` } }]
          : []),
        ...(settings.compress ? compressors() : []),
        { name: 'envoy.filters.http.grpc_json_transcoder', typed_config: transcoder(descriptorSet, policy) },
        { name: 'envoy.filters.http.jwt_authn', typed_config: tokens(plans, policy, settings) },
        { name: 'envoy.filters.http.router', typed_config: { '@type': `${FILTER}.router.v3.Router` } },
      ],
    },
  };
}

/** All refusals are JSON; a 404 has ESPv2's words. */
const REFUSALS = {
  mappers: [
    {
      filter: {
        status_code_filter: { comparison: { op: 'EQ', value: { default_value: 404, runtime_key: 'unused' } } },
      },
      body: { inline_string: 'The current request is not defined by this API.' },
    },
  ],
  body_format: { json_format: { code: '%RESPONSE_CODE%', message: '%LOCAL_REPLY_BODY%' } },
};

function grpcRoute(path: string, plans: readonly MethodPlan[], policy: GatewayPolicy): Record<string, unknown> {
  const plan = plans.find((each) => each.grpcPath === path);
  const streams = plan?.method.methodKind !== 'unary';
  const ms = (plan && policy.deadlinesMs[plan.selector]) ?? policy.defaultDeadlineMs;
  return {
    name: path,
    // As the transcoder and gRPC clients call it; other methods are refused below.
    match: { path, headers: [{ name: ':method', string_match: { exact: 'POST' } }] },
    route: {
      cluster: plan?.method.parent.typeName,
      timeout: streams ? '0s' : `${ms / 1000}s`,
      retry_policy: { retry_on: 'reset,connect-failure,refused-stream', num_retries: 1 },
    },
  };
}

/** The filter stands behind the transcoder, so its rules name gRPC paths: no REST path can slip past them. */
function tokens(
  plans: readonly MethodPlan[],
  policy: GatewayPolicy,
  settings: EnvoyConfigSettings,
): Record<string, unknown> {
  const guarded = new Map(
    plans.filter(({ selector }) => policy.access[selector] !== 'public').map((plan) => [plan.grpcPath, plan]),
  );
  return {
    '@type': `${FILTER}.jwt_authn.v3.JwtAuthentication`,
    providers: Object.fromEntries(Object.entries(settings.tokens).map(([id, source]) => [id, provider(id, source)])),
    rules: [...guarded.values()].map(({ grpcPath, selector }) => ({
      match: { path: grpcPath },
      requires: { provider_name: policy.access[selector] === 'push' ? 'push' : 'users' },
    })),
  };
}

function provider(id: string, { issuer, audience, jwks }: TokenSource): Record<string, unknown> {
  return {
    issuer,
    audiences: typeof audience === 'string' ? [audience] : [...audience],
    forward: true,
    forward_payload_header: 'x-endpoint-api-userinfo',
    ...(/^https?:/.test(jwks)
      ? { remote_jwks: { http_uri: { uri: jwks, cluster: `keys-${id}`, timeout: '5s' } } }
      : { local_jwks: { filename: jwks } }),
  };
}

function grpcCluster(service: string, { backends }: GatewayPolicy): Record<string, unknown> {
  const [host, port] = split(backends[service] ?? 'missing-backend:50051');
  return {
    name: service,
    type: 'LOGICAL_DNS',
    connect_timeout: '5s',
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
    load_assignment: endpoint(service, host, port),
  };
}

function keyClusters(sources: EnvoyConfigSettings['tokens']): Record<string, unknown>[] {
  return Object.entries(sources)
    .filter(([, { jwks }]) => /^https?:/.test(jwks))
    .map(([id, { jwks }]) => {
      const { hostname, port, protocol } = new URL(jwks);
      const secure = protocol === 'https:';
      return {
        name: `keys-${id}`,
        type: 'LOGICAL_DNS',
        connect_timeout: '5s',
        load_assignment: endpoint(`keys-${id}`, hostname, Number(port) || (secure ? 443 : 80)),
        ...(secure && {
          transport_socket: {
            name: 'envoy.transport_sockets.tls',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
              sni: hostname,
            },
          },
        }),
      };
    });
}
