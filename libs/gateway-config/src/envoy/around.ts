import type { EnvoyConfigSettings } from './envoy-config.ts';
import { endpoint, split } from './endpoint.ts';

const FILTER = 'type.googleapis.com/envoy.extensions.filters.http';

/** Routes of what our own server answers; the transcoder keeps its hands off them. */
export function localRoutes({ local }: EnvoyConfigSettings): Record<string, unknown>[] {
  return (local?.prefixes ?? []).map((prefix) => ({
    name: 'local',
    match: { prefix },
    route: { cluster: 'local' },
    typed_per_filter_config: {
      'envoy.filters.http.grpc_json_transcoder': {
        '@type': `${FILTER}.grpc_json_transcoder.v3.GrpcJsonTranscoder`,
        proto_descriptor_bin: '',
      },
    },
  }));
}

export function localCluster(address: string): Record<string, unknown> {
  const [host, port] = split(address);
  return {
    name: 'local',
    type: 'LOGICAL_DNS',
    connect_timeout: '5s',
    load_assignment: endpoint('local', host, port),
  };
}

/** Same threshold and type as our own gateway. */
export function compressor(): Record<string, unknown> {
  return {
    name: 'envoy.filters.http.compressor',
    typed_config: {
      '@type': `${FILTER}.compressor.v3.Compressor`,
      response_direction_config: {
        common_config: { min_content_length: 1024, content_type: ['application/json'] },
      },
      compressor_library: {
        name: 'gzip',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.compression.gzip.compressor.v3.Gzip' },
      },
    },
  };
}

/** The route's name stands for the path, which may hold personal data. */
export function accessLog(): Record<string, unknown> {
  return {
    name: 'envoy.access_loggers.stdout',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog',
      log_format: {
        json_format: {
          level: 'info',
          time: '%START_TIME%',
          service: 'gateway',
          message: 'request',
          method: '%REQ(X-ENVOY-ORIGINAL-METHOD?:METHOD)%',
          rpc: '%ROUTE_NAME%',
          status: '%RESPONSE_CODE%',
          durationMs: '%DURATION%',
          requestId: '%REQ(X-REQUEST-ID)%',
          traceparent: '%REQ(TRACEPARENT)%',
          bytes: '%BYTES_SENT%',
        },
      },
    },
  };
}
