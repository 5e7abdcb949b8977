import type { FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import { DEFAULT_OPTIONS, ESPV2_OPTIONS, loadApi, type MethodPlan } from '@kiban/transcoding';
import type { GatewayPolicy, TokenSource } from '../policy.ts';
import { bareDescriptorSet } from '../strip-source-info.ts';

export interface EnvoyConfigSettings {
  /** Default 8080. */
  readonly port?: number;
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
    static_resources: {
      listeners: [
        {
          name: 'rest',
          address: { socket_address: { address: '0.0.0.0', port_value: settings.port ?? 8080 } },
          per_connection_buffer_limit_bytes:
            policy.options.connectionBufferLimitBytes ?? DEFAULT_OPTIONS.connectionBufferLimitBytes,
          filter_chains: [{ filters: [connectionManager(descriptorSet, policy, plans, settings)] }],
        },
      ],
      clusters: [...services.map((service) => grpcCluster(service, policy)), ...keyClusters(settings.tokens)],
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
      common_http_protocol_options: { headers_with_underscores_action: 'REJECT_REQUEST' },
      route_config: {
        virtual_hosts: [
          {
            name: 'api',
            domains: ['*'],
            // Transcoded paths come first; they are matched again after transcoding.
            routes: [...new Set(plans.map(({ grpcPath }) => grpcPath))].map((path) => grpcRoute(path, plans, policy)),
            ...(policy.options.corsPreset && {
              typed_per_filter_config: { 'envoy.filters.http.cors': corsPolicy(policy) },
            }),
          },
        ],
      },
      http_filters: [
        ...(policy.options.corsPreset
          ? [{ name: 'envoy.filters.http.cors', typed_config: { '@type': `${FILTER}.cors.v3.Cors` } }]
          : []),
        { name: 'envoy.filters.http.grpc_json_transcoder', typed_config: transcoder(descriptorSet, policy) },
        { name: 'envoy.filters.http.jwt_authn', typed_config: tokens(plans, policy, settings) },
        { name: 'envoy.filters.http.router', typed_config: { '@type': `${FILTER}.router.v3.Router` } },
      ],
    },
  };
}

function grpcRoute(path: string, plans: readonly MethodPlan[], policy: GatewayPolicy): Record<string, unknown> {
  const plan = plans.find((each) => each.grpcPath === path);
  const streams = plan?.method.methodKind !== 'unary';
  const ms = (plan && policy.deadlinesMs[plan.selector]) ?? policy.defaultDeadlineMs;
  return {
    match: { path },
    route: {
      cluster: plan?.method.parent.typeName,
      timeout: streams ? '0s' : `${ms / 1000}s`,
      retry_policy: { retry_on: 'reset,connect-failure,refused-stream', num_retries: 1 },
    },
  };
}

function transcoder(descriptorSet: FileDescriptorSet, policy: GatewayPolicy): Record<string, unknown> {
  const options = { ...DEFAULT_OPTIONS, ...ESPV2_OPTIONS, ...policy.options };
  return {
    '@type': `${FILTER}.grpc_json_transcoder.v3.GrpcJsonTranscoder`,
    proto_descriptor_bin: Buffer.from(bareDescriptorSet(descriptorSet)).toString('base64'),
    services: [...policy.services],
    auto_mapping: options.autoMapping,
    convert_grpc_status: options.convertGrpcStatus,
    ignored_query_parameters: options.ignoredQueryParameters,
    ignore_unknown_query_parameters: options.ignoreUnknownQueryParameters,
    query_param_unescape_plus: options.queryParamUnescapePlus,
    // ESPv2 answers 404 by its routes; here the filter does.
    request_validation_options: { reject_unknown_method: true },
  };
}

function corsPolicy({ options }: GatewayPolicy): Record<string, unknown> {
  const all = { ...DEFAULT_OPTIONS, ...options };
  return {
    '@type': `${FILTER}.cors.v3.CorsPolicy`,
    allow_origin_string_match: [all.corsAllowOrigin === '*' ? { prefix: '' } : { exact: all.corsAllowOrigin }],
    allow_methods: all.corsAllowMethods,
    allow_headers: all.corsAllowHeaders,
    expose_headers: all.corsExposeHeaders,
    allow_credentials: all.corsAllowCredentials,
    max_age: '1728000',
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

function endpoint(name: string, address: string, port: number): Record<string, unknown> {
  const socket = { socket_address: { address, port_value: port } };
  return { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: socket } }] }] };
}

function split(address: string): [host: string, port: number] {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon), Number(address.slice(colon + 1))];
}
