// Writes the config of every gateway from a descriptor set and checks it:
//   npm run gateway-config -- --descriptor set.pb --out dir [--services a.B,c.D] [--backend host:port]
//     [--name api.example.com] [--jwks URL --issuer URL --audience x] [--allow-unauthenticated]
// Without --descriptor: Kiban's own descriptor set and policy.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSet as kibanDescriptorSet } from '@kiban/contracts';
import { envoyConfig, genericPolicy, kibanPolicy, lint, openApi, routeTable, serviceConfig } from './index.ts';

const { values } = parseArgs({
  options: {
    descriptor: { type: 'string' },
    out: { type: 'string' },
    services: { type: 'string' },
    backend: { type: 'string', default: '127.0.0.1:50051' },
    name: { type: 'string', default: 'api.kiban.local' },
    jwks: { type: 'string', default: 'https://kiban.local/.well-known/jwks.json' },
    issuer: { type: 'string', default: 'https://kiban.local' },
    audience: { type: 'string', default: 'kiban' },
    'allow-unauthenticated': { type: 'boolean', default: false },
  },
});
if (!values.out) {
  console.error(
    'usage: npm run gateway-config -- [--descriptor set.pb] --out dir; see the head of libs/gateway-config/src/cli.ts',
  );
  process.exit(2);
}

const set = values.descriptor
  ? fromBinary(FileDescriptorSetSchema, readFileSync(values.descriptor))
  : kibanDescriptorSet();
const policy = values.descriptor
  ? genericPolicy(set, {
      ...(values.services && { services: values.services.split(',') }),
      backend: values.backend,
      allowUnauthenticated: values['allow-unauthenticated'],
    })
  : kibanPolicy;
const problems = lint(set, policy);
if (problems.length) {
  console.error(`${problems.join('\n')}\ngateway-config: ${problems.length} problems`);
  process.exit(1);
}

const tokens = {
  users: { jwks: values.jwks, issuer: values.issuer, audience: values.audience },
  push: {
    jwks: 'https://www.googleapis.com/oauth2/v3/certs',
    issuer: 'https://accounts.google.com',
    audience: `https://${values.name}/push`,
  },
};
const files: Record<string, unknown> = {
  'espv2-service.json': serviceConfig(set, policy, { name: values.name, id: 'v1', title: values.name, tokens }),
  'envoy.json': envoyConfig(set, policy, { tokens }),
  'routes.json': routeTable(set, policy),
  'openapi.json': openApi(set, {
    title: values.name,
    version: 'v1',
    services: policy.services,
    needsToken: (selector) => policy.access[selector] !== 'public',
  }),
};
mkdirSync(values.out, { recursive: true });
for (const [name, content] of Object.entries(files)) {
  writeFileSync(join(values.out, name), `${JSON.stringify(content, null, 2)}\n`);
}
console.log(`${values.out}: ${Object.keys(files).join(', ')}`);
