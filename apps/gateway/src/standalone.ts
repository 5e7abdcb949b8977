// A REST gateway for any API:
//   npm run gateway -- --descriptor set.pb --backend 127.0.0.1:50051 --port 8080
//     [--mode transcoder|espv2|strict] [--options options.json] [--services a.B,c.D] [--jwks file or URL] [--host 127.0.0.1]
// options.json takes Envoy's and ESPv2's option names; issuer, audiences and auth_required need --jwks.
import { parseArgs } from 'node:util';
import { createTokenVerifier, type TokenVerifier } from '@kiban/auth';
import { readDescriptorSet, readJson } from '@kiban/gateway-config';
import {
  createGateway,
  GatewayConfigError,
  type GatewayMode,
  parseOptions,
  type TranscodingOptions,
} from '@kiban/transcoding';
import { log, logAccess } from './log.ts';

const USAGE =
  'usage: npm run gateway -- --descriptor set.pb --backend host:port [--port 8080] [--mode transcoder|espv2|strict] [--options options.json] [--services a.B,c.D] [--jwks file|URL]';

try {
  await run();
} catch (error) {
  if (error instanceof GatewayConfigError) console.error(`The descriptor set cannot be served:\n${error.message}`);
  else console.error(`${messageOf(error)}\n${USAGE}`);
  process.exit(2);
}

function messageOf(error: unknown): string {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  return code === 'EADDRINUSE' ? `port ${port} is taken; pass another --port, or 0 for a free one` : message;
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      descriptor: { type: 'string' },
      backend: { type: 'string' },
      port: { type: 'string', default: '8080' },
      host: { type: 'string', default: '127.0.0.1' },
      mode: { type: 'string', default: 'espv2' },
      options: { type: 'string' },
      services: { type: 'string' },
      jwks: { type: 'string' },
    },
  });
  const { descriptor, backend, jwks } = values;
  if (!descriptor || !backend) throw new Error('--descriptor and --backend are needed');
  const [, host, backendPort] = /^([^:]+):(\d{1,5})$/.exec(backend) ?? [];
  if (!host || !isPort(Number(backendPort))) throw new Error(`--backend is "${backend}", expected host:port`);
  if (!isPort(Number(values.port))) throw new Error(`--port is "${values.port}", expected 0 to 65535`);
  if (!['transcoder', 'espv2', 'strict'].includes(values.mode)) throw new Error(`unknown mode "${values.mode}"`);
  const options = values.options ? parseOptions(readJson(values.options)) : {};
  const { authRequired = [] } = options;
  const verifier = verifierOf(jwks, options);
  const gateway = createGateway({
    descriptorSet: readDescriptorSet(descriptor),
    ...(values.services && { services: values.services.split(',') }),
    mode: values.mode as GatewayMode,
    options,
    backend: () => backend,
    policy: (selector) => (verifier && authRequired.includes(selector) ? { verifier } : {}),
    onAccess: logAccess,
    onDoubt: (problem, template) => log('warn', 'strict mode would refuse this request', { problem, template }),
  });
  const unknown = authRequired.filter((selector) => !gateway.selectors.includes(selector));
  if (unknown.length)
    throw new Error(`auth_required: no method ${unknown.join(', ')}; expected package.Service.Method`);
  const port = await gateway.listen(Number(values.port), values.host);
  log('info', 'ready', { http: `${values.host}:${port}`, mode: values.mode, methods: gateway.selectors.length });
  if (verifier && jwks) void warnWithoutKeys(jwks);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void gateway.close().then(() => process.exit(0)));
  }
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535;
}

/** Undefined when no method needs a token. */
function verifierOf(jwks: string | undefined, options: Partial<TranscodingOptions>): TokenVerifier | undefined {
  const { issuer, audiences = [], authRequired = [] } = options;
  if (authRequired.length === 0) return undefined;
  if (!jwks || !issuer) throw new Error('auth_required needs --jwks and the option issuer');
  if (!isUrl(jwks)) readJson(jwks);
  return createTokenVerifier({ jwks, issuer, audience: audiences });
}

function isUrl(jwks: string): boolean {
  return /^https?:/.test(jwks);
}

/** The server of the keys may start later, so this is no reason to stop. */
async function warnWithoutKeys(jwks: string): Promise<void> {
  if (!isUrl(jwks)) return;
  try {
    const answer = await fetch(jwks, { signal: AbortSignal.timeout(5_000) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
  } catch (error) {
    const reason = (error as Error & { cause?: Error }).cause?.message ?? (error as Error).message;
    log('warn', '--jwks cannot be read; until it can, requests that need a token are answered 401', { jwks, reason });
  }
}
