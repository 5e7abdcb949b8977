import { toBinary } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { Setup } from './setups.ts';

const REJECTIONS: Readonly<Record<string, true>> = {
  reject_unknown_method: true,
  reject_unknown_query_parameters: true,
  reject_binding_body_field_collisions: true,
};
const PRINTING: Readonly<Record<string, true>> = {
  always_print_primitive_fields: true,
  always_print_enums_as_ints: true,
  preserve_proto_field_names: true,
  stream_newline_delimited: true,
  stream_sse_style_delimited: true,
};

/** One listener: a set-up of the filter for some services before a backend. */
export interface BareListener {
  readonly name: string;
  readonly setup: Setup;
  readonly descriptorSet: FileDescriptorSet;
  readonly services: readonly string[];
  /** host:port */
  readonly backend: string;
}

/** Envoy with nothing but the transcoder in its listeners. */
export function bareEnvoyConfig(listeners: readonly BareListener[]): Record<string, unknown> {
  return {
    static_resources: {
      listeners: listeners.map((listener) => ({
        name: listener.name,
        address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
        filter_chains: [{ filters: [manager(transcoder(listener), listener.backend)] }],
      })),
      clusters: [...new Set(listeners.map(({ backend }) => backend))].map(cluster),
    },
  };
}

function cluster(backend: string): Record<string, unknown> {
  const [address, port] = backend.split(':');
  const endpoint = { address: { socket_address: { address, port_value: Number(port) } } };
  return {
    name: backend,
    type: 'STATIC',
    connect_timeout: '5s',
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
    load_assignment: { cluster_name: backend, endpoints: [{ lb_endpoints: [{ endpoint }] }] },
  };
}

function manager(filter: Record<string, unknown>, backend: string): Record<string, unknown> {
  const prefix = 'type.googleapis.com/envoy.extensions.filters';
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': `${prefix}.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'probe',
      generate_request_id: false,
      route_config: {
        virtual_hosts: [
          { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: backend } }] },
        ],
      },
      http_filters: [
        { name: 'envoy.filters.http.grpc_json_transcoder', typed_config: filter },
        { name: 'envoy.filters.http.router', typed_config: { '@type': `${prefix}.http.router.v3.Router` } },
      ],
    },
  };
}

function transcoder({ setup: { options }, descriptorSet, services }: BareListener): Record<string, unknown> {
  const among = (names: Readonly<Record<string, true>>) =>
    Object.fromEntries(Object.entries(options).filter(([name]) => name in names));
  const rest = Object.entries(options).filter(([name]) => !(name in REJECTIONS) && !(name in PRINTING));
  return {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder',
    proto_descriptor_bin: Buffer.from(toBinary(FileDescriptorSetSchema, descriptorSet)).toString('base64'),
    services: [...services],
    ...Object.fromEntries(rest),
    print_options: among(PRINTING),
    request_validation_options: among(REJECTIONS),
  };
}
