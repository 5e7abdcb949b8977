import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { descriptorSet } from '@kiban/contracts';
import { envoyConfig, kibanPolicy, lint, serviceConfig, type TokenSource } from '@kiban/gateway-config';
import { stringify } from 'yaml';
import { DeployError } from '../deploy-error.ts';
import { K8S, OVERLAYS } from '../paths.ts';
import { folderGraph } from './folder-graph.ts';

/** Tokens that Pub/Sub signs its pushes with. */
const GOOGLE = { jwks: 'https://www.googleapis.com/oauth2/v3/certs', issuer: 'https://accounts.google.com' };
const PROXIES = { espv2: 'apps/espv2', envoy: 'apps/envoy' } as const;

/** The static configuration of ESPv2 or Envoy for each overlay that runs one, and ESPv2's flags. */
export function gatewayFiles(overlays: readonly string[]): Map<string, string> {
  const set = descriptorSet();
  const problems = lint(set, kibanPolicy);
  if (problems.length) throw new DeployError(problems.join('\n'));
  const files = new Map([[join(K8S, PROXIES.espv2, 'gen/flags.yaml'), espv2Flags()]]);
  for (const overlay of overlays) {
    const folder = join(OVERLAYS, overlay);
    const folders = folderGraph(folder);
    // An overlay upon another overlay uses that one's files.
    if (!existsSync(join(folder, 'kiban.env'))) continue;
    const { host, tokens } = identity(join(folder, 'kiban.env'));
    if (folders.has(join(K8S, PROXIES.espv2))) {
      const config = serviceConfig(set, kibanPolicy, { name: host, id: 'v1', title: 'Kiban', tokens });
      files.set(join(folder, 'gen/service.json'), json(config));
    }
    if (folders.has(join(K8S, PROXIES.envoy))) {
      files.set(join(folder, 'gen/envoy.json'), json(envoyConfig(set, kibanPolicy, { tokens })));
    }
  }
  return files;
}

/** Whose tokens the overlay takes, from the environment that its services get. */
function identity(file: string): { host: string; tokens: Record<'users' | 'push', TokenSource> } {
  const env = parseEnv(readFileSync(file, 'utf8'));
  const { AUTH_JWKS_URL: jwks = '', AUTH_ISSUER: issuer = '', AUTH_AUDIENCE: audience = '', PUSH_AUDIENCE } = env;
  const push = PUSH_AUDIENCE ?? 'kiban-push';
  const host = URL.canParse(push) ? new URL(push).host : 'api.kiban.local';
  return { host, tokens: { users: { jwks, issuer, audience }, push: { ...GOOGLE, audience: push } } };
}

/**
 * ESPv2's command line, from the same policy as the local gateway. A fully static start: no Service Control, no call to
 * Google. https://cloud.google.com/endpoints/docs/grpc/specify-esp-v2-startup-options
 */
function espv2Flags(): string {
  const { options } = kibanPolicy;
  const args = [
    '--listener_port=8080',
    '--healthz=healthz',
    '--service_json_path=/etc/espv2/service.json',
    '--rollout_strategy=fixed',
    '--non_gcp',
    '--enable_application_default_credentials',
    '--disable_tracing',
    `--connection_buffer_limit_bytes=${options.connectionBufferLimitBytes}`,
    `--cors_preset=${options.corsPreset}`,
    `--cors_allow_headers=${options.corsAllowHeaders}`,
    `--cors_expose_headers=${options.corsExposeHeaders}`,
    ...(options.ignoreUnknownQueryParameters ? ['--transcoding_ignore_unknown_query_parameters'] : []),
  ];
  const patch = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'gateway' },
    spec: { template: { spec: { containers: [{ name: 'gateway', args }] } } },
  };
  return `# Generated from libs/gateway-config by: npm run render\n${stringify(patch, { lineWidth: 0 })}`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}
