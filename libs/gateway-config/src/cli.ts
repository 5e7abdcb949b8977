// Writes the config of every gateway from a descriptor set and checks it:
//   npm run gateway-config -- --descriptor set.pb --out dir [--services a.B,c.D] [--backend host:port]
//     [--name api.example.com] [--jwks URL --issuer URL --audience x] [--policy policy.json | --allow-unauthenticated]
// Without --policy every method of another API needs a token, and what a policy should decide is printed as a warning.
// Without --descriptor: Kiban's own descriptor set and policy.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { descriptorSet as kibanDescriptorSet } from '@kiban/contracts';
import { DEFAULT_OPTIONS, GatewayConfigError, loadApi } from '@kiban/transcoding';
import {
  envoyConfig,
  genericPolicy,
  type GatewayPolicy,
  kibanPolicy,
  lint,
  openApi,
  refusals,
  routeTable,
  serviceConfig,
} from './index.ts';
import { withPolicyFile } from './policy-file.ts';
import { FileError, readDescriptorSet } from './read-file.ts';

const HINT = `Every method that nobody decided on needs a token. Decide in a JSON file, and pass it as --policy policy.json:
  { "access": { "a.B.Method": "public" }, "settableFromBody": { "a.B.Method field": "why that is harmless" } }`;

const USAGE =
  'usage: npm run gateway-config -- [--descriptor set.pb] --out dir; see the head of libs/gateway-config/src/cli.ts';

const OPTIONS = {
  descriptor: { type: 'string' },
  out: { type: 'string' },
  services: { type: 'string' },
  backend: { type: 'string', default: '127.0.0.1:50051' },
  name: { type: 'string', default: 'api.kiban.local' },
  jwks: { type: 'string', default: 'https://kiban.local/.well-known/jwks.json' },
  issuer: { type: 'string', default: 'https://kiban.local' },
  audience: { type: 'string', default: 'kiban' },
  policy: { type: 'string' },
  'allow-unauthenticated': { type: 'boolean', default: false },
} as const;

const { values } = orExit(() => parseArgs({ options: OPTIONS }));
if (!values.out) {
  console.error(`--out is needed\n${USAGE}`);
  process.exit(2);
}
if (!/^[^:]+:\d{1,5}$/.test(values.backend)) {
  console.error(`gateway-config: --backend is "${values.backend}", expected host:port`);
  process.exit(2);
}

const set = orExit(() => (values.descriptor ? readDescriptorSet(values.descriptor) : kibanDescriptorSet()));
const undecided = values.descriptor !== undefined && values.policy === undefined;
let policy = orExit(() => policyOf());
const problems = lint(set, policy);
if (undecided) {
  const fatal = refusals(set, policy);
  if (fatal.length) refuse(fatal);
  for (const problem of problems) console.error(`warning: ${problem}`);
  const { plans } = loadApi(set, policy.services, { ...DEFAULT_OPTIONS });
  const closed = plans.filter(({ selector }) => policy.access[selector] === undefined);
  policy = { ...policy, access: { ...policy.access, ...Object.fromEntries(closed.map((p) => [p.selector, 'users'])) } };
  if (problems.length) console.error(HINT);
} else if (problems.length) refuse(problems);

function policyOf(): GatewayPolicy {
  if (!values.descriptor) return kibanPolicy;
  const policy = genericPolicy(set, {
    ...(values.services && { services: values.services.split(',') }),
    backend: values.backend,
    allowUnauthenticated: values['allow-unauthenticated'],
  });
  return values.policy === undefined ? policy : withPolicyFile(policy, values.policy);
}

function orExit<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || !isForTheCaller(error)) throw error;
    console.error(`gateway-config: ${error.message}`);
    process.exit(error instanceof GatewayConfigError ? 1 : 2);
  }
}

function isForTheCaller(error: NodeJS.ErrnoException): boolean {
  if (error instanceof FileError || error instanceof GatewayConfigError) return true;
  return error.code?.startsWith('ERR_PARSE_ARGS') ?? false;
}

function refuse(problems: readonly string[]): never {
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
