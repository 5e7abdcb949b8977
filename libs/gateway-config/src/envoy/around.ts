import type { EnvoyConfigSettings } from './envoy-config.ts';
import { endpoint, split } from './endpoint.ts';
import { TRANSCODER_OFF } from './rest-routes.ts';

const FILTER = 'type.googleapis.com/envoy.extensions.filters.http';

/** Routes of what our own server answers; the transcoder keeps its hands off them. */
export function localRoutes({ local }: EnvoyConfigSettings): Record<string, unknown>[] {
  return (local?.prefixes ?? []).map((prefix) => ({
    name: 'local',
    match: { prefix },
    route: { cluster: 'local' },
    typed_per_filter_config: TRANSCODER_OFF,
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

/** Same threshold, type and order as our own gateway. */
export function compressors(): Record<string, unknown>[] {
  return [
    ['br', 'brotli.compressor.v3.Brotli'],
    ['gzip', 'gzip.compressor.v3.Gzip'],
  ].map(([name, library]) => ({
    name: `envoy.filters.http.compressor.${name}`,
    typed_config: {
      '@type': `${FILTER}.compressor.v3.Compressor`,
      response_direction_config: {
        common_config: { min_content_length: 1024, content_type: ['application/json'] },
      },
      choose_first: name === 'br',
      compressor_library: {
        name,
        typed_config: { '@type': `type.googleapis.com/envoy.extensions.compression.${library}` },
      },
    },
  }));
}

/** ESPv2 takes the method from this header. */
export function methodOverride(): Record<string, unknown> {
  return {
    name: 'envoy.filters.http.lua',
    typed_config: { '@type': `${FILTER}.lua.v3.Lua`, default_source_code: { inline_string: METHOD_OVERRIDE } },
  };
}

const METHOD_OVERRIDE = `function envoy_on_request(handle)
  local headers = handle:headers()
  local method = headers:get("x-http-method-override")
  if method and method ~= "" then
    headers:replace(":method", method)
    headers:remove("x-http-method-override")
    handle:clearRouteCache()
  end
end
`;

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
