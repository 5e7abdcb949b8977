import { DEFAULT_OPTIONS, secondsOf, type TranscodingOptions } from '@kiban/transcoding';
import type { GatewayPolicy } from '../policy.ts';

/** Who may read answers from another origin. */
export function corsPolicy({ options }: GatewayPolicy): Record<string, unknown> {
  const all = { ...DEFAULT_OPTIONS, ...options };
  return {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy',
    allow_origin_string_match: [originMatcher(all)],
    allow_methods: all.corsAllowMethods,
    allow_headers: all.corsAllowHeaders,
    expose_headers: all.corsExposeHeaders,
    allow_credentials: all.corsAllowCredentials,
    max_age: String(secondsOf(all.corsMaxAge)),
  };
}

/** A string matcher for the header. */
export function originMatcher({ corsPreset, corsAllowOrigin }: TranscodingOptions): Record<string, unknown> {
  if (corsAllowOrigin === '*') return { safe_regex: { regex: '.*' } };
  return corsPreset === 'cors_with_regex' ? { safe_regex: { regex: corsAllowOrigin } } : { exact: corsAllowOrigin };
}
