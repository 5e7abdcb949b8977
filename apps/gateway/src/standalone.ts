// A REST gateway for any API:
//   npm run gateway -- --descriptor set.pb --backend 127.0.0.1:50051 --port 8080
//     [--mode transcoder|espv2|strict] [--options options.json] [--services a.B,c.D] [--jwks file or URL] [--host 127.0.0.1]
// options.json takes Envoy's and ESPv2's option names; issuer, audiences and auth_required need --jwks.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fromBinary } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { createTokenVerifier } from '@kiban/auth';
import { createGateway, GatewayConfigError, type GatewayMode, parseOptions } from '@kiban/transcoding';
import { log } from './log.ts';

const USAGE =
  'usage: npm run gateway -- --descriptor set.pb --backend host:port [--port 8080] [--mode transcoder|espv2|strict] [--options options.json] [--services a.B,c.D] [--jwks file|URL]';

try {
  await run();
} catch (error) {
  if (error instanceof GatewayConfigError) console.error(`The descriptor set cannot be served:\n${error.message}`);
  else console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exit(2);
}

function descriptorSetOf(path: string): FileDescriptorSet {
  const bytes = readFileSync(path);
  try {
    return fromBinary(FileDescriptorSetSchema, bytes);
  } catch {
    throw new Error(`${path} is no descriptor set; make one with: buf build -o ${path}`);
  }
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
  if (!/^[^:]+:\d{1,5}$/.test(backend)) throw new Error(`--backend is "${backend}", expected host:port`);
  if (!['transcoder', 'espv2', 'strict'].includes(values.mode)) throw new Error(`unknown mode "${values.mode}"`);
  const options = values.options ? parseOptions(JSON.parse(readFileSync(values.options, 'utf8'))) : {};
  const { issuer, audiences = [], authRequired = [] } = options;
  if (authRequired.length && !(jwks && issuer)) throw new Error('auth_required needs --jwks and the option issuer');
  const verifier = jwks && issuer ? createTokenVerifier({ jwks, issuer, audience: audiences }) : undefined;
  const gateway = createGateway({
    descriptorSet: descriptorSetOf(descriptor),
    ...(values.services && { services: values.services.split(',') }),
    mode: values.mode as GatewayMode,
    options,
    backend: () => backend,
    policy: (selector) => (verifier && authRequired.includes(selector) ? { verifier } : {}),
    onAccess: (record) => log('info', 'request', { ...record }),
    onDoubt: (problem, template) => log('warn', 'strict mode would refuse this request', { problem, template }),
  });
  const port = await gateway.listen(Number(values.port), values.host);
  log('info', 'ready', { http: `${values.host}:${port}`, mode: values.mode, methods: gateway.selectors.length });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void gateway.close().then(() => process.exit(0)));
  }
}
