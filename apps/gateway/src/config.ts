import type { TokenSource } from '@kiban/gateway-config';
import type { GatewayMode } from '@kiban/transcoding';

/** Everything that the gateway reads from its environment. */
export interface GatewayAppConfig {
  /** `envoy` runs an Envoy binary in the place of our own gateway. */
  readonly kind: 'own' | 'envoy';
  readonly host: string;
  /** 0 asks for a free one. */
  readonly port: number;
  /** Where /metrics, /healthz and /readyz are; nowhere without it. 0 asks for a free one. */
  readonly opsPort: number | undefined;
  readonly mode: GatewayMode;
  readonly bffAddress: string;
  readonly recommendationAddress: string;
  readonly users: TokenSource;
  readonly push: TokenSource;
  readonly trustedHops: number;
  /** `host:port` of developers' own gateways, with `{namespace}` in it; none are reached without it. */
  readonly developers: string | undefined;
  readonly drainMs: number;
  /** Where spans go; none are made without it. */
  readonly otlpEndpoint: string | undefined;
  /** Share of the traces begun here that is recorded. */
  readonly traceRatio: number;
}

/** Thrown with one sentence for each variable that is missing or wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const MODES: readonly string[] = ['espv2', 'strict', 'transcoder'];

/** @throws ConfigError */
export function readConfig(env: NodeJS.ProcessEnv): GatewayAppConfig {
  const problems: string[] = [];
  const required = (name: string, what: string): string => {
    const value = env[name];
    if (!value) problems.push(`${name} is not set; expected ${what}`);
    return value ?? '';
  };
  const address = (name: string): string => {
    const value = required(name, 'host:port');
    if (value && !/^\S+:\d+$/.test(value)) problems.push(`${name} is "${value}"; expected host:port`);
    return value;
  };
  const count = (name: string, otherwise: number): number => {
    const value = env[name] || String(otherwise);
    if (!/^\d{1,9}$/.test(value)) problems.push(`${name} is "${value}"; expected a whole number, 0 or more`);
    return Number(value);
  };
  const url = (name: string): string | undefined => {
    const value = env[name] || undefined;
    if (value && !/^https?:\/\/\S+$/.test(value)) problems.push(`${name} is "${value}"; expected an http(s) URL`);
    return value;
  };
  const share = (name: string): number => {
    const value = Number(env[name] || 1);
    if (!(value >= 0 && value <= 1)) problems.push(`${name} is "${env[name]}"; expected a number from 0 to 1`);
    return value;
  };
  const developers = (): string | undefined => {
    const value = env['GATEWAY_DEVELOPERS'] || undefined;
    const what = 'expected host:port with {namespace} in it, such as gateway.{namespace}.svc:8080';
    if (value && !/^[^\s/]*\{namespace\}[^\s/]*:\d+$/.test(value)) {
      problems.push(`GATEWAY_DEVELOPERS is "${value}"; ${what}`);
    }
    return value;
  };
  const mode = env['GATEWAY_MODE'] || 'espv2';
  if (!MODES.includes(mode)) problems.push(`GATEWAY_MODE is "${mode}"; expected ${MODES.join(', ')}`);
  const kind = env['GATEWAY'] || 'own';
  if (kind !== 'own' && kind !== 'envoy') problems.push(`GATEWAY is "${kind}"; expected envoy, or nothing`);
  const config: GatewayAppConfig = {
    kind: kind === 'envoy' ? 'envoy' : 'own',
    host: env['GATEWAY_HOST'] || '127.0.0.1',
    port: count('GATEWAY_PORT', 8080),
    opsPort: env['OPS_PORT'] ? count('OPS_PORT', 0) : undefined,
    mode: mode as GatewayMode,
    bffAddress: address('BFF_ADDRESS'),
    recommendationAddress: address('RECOMMENDATION_ADDRESS'),
    users: {
      jwks: required('AUTH_JWKS_URL', 'the URL or the file of the key set that signs tokens'),
      issuer: required('AUTH_ISSUER', 'the iss claim of tokens'),
      audience: required('AUTH_AUDIENCE', 'the aud claim of tokens'),
    },
    push: {
      jwks: env['PUSH_JWKS_URL'] || 'https://www.googleapis.com/oauth2/v3/certs',
      issuer: env['PUSH_ISSUER'] || 'https://accounts.google.com',
      audience: env['PUSH_AUDIENCE'] || 'kiban-push',
    },
    trustedHops: count('GATEWAY_TRUSTED_HOPS', 0),
    developers: developers(),
    drainMs: count('DRAIN_MS', 5000),
    otlpEndpoint: url('OTEL_EXPORTER_OTLP_ENDPOINT'),
    traceRatio: share('OTEL_TRACES_SAMPLER_ARG'),
  };
  if (problems.length) throw new ConfigError(problems.join('\n'));
  return config;
}
