import { createFileRegistry, type FileRegistry } from '@bufbuild/protobuf';
import type { FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import { createTokenVerifier } from '@kiban/auth';
import { createGateway, type Gateway, GatewayConfigError, parseOptions, PathMatcher } from '../src/index.ts';
import { type Case, pathOf } from './case.ts';
import { configDifferences } from './config-cases.ts';
import { deviationOf } from './deviations.ts';
import { differences } from './expectations.ts';
import { FakeBackend } from './fake-backend.ts';
import { type RawResponse, rawRequest } from './raw-http.ts';
import { createTokenMint, type TokenMint } from './tokens.ts';

export interface Result {
  readonly id: string;
  /** What did not come true; empty = passed. */
  readonly problems: readonly string[];
  /** Why another answer than the case's is right. */
  readonly deviation?: string;
}

/** Nothing listens there: port 1 needs root and no service uses it. */
const NOWHERE = '127.0.0.1:1';
const NO_MESSAGE_MS = 1_000;

interface Station {
  readonly backend: FakeBackend;
  readonly gateway: Gateway;
  readonly port: number;
}

/** Runs cases one after another, with one gateway and one backend for each distinct set-up. */
export async function runCases(cases: readonly Case[], descriptorSet: FileDescriptorSet): Promise<Result[]> {
  const registry = createFileRegistry(descriptorSet);
  const mint = await createTokenMint();
  const stations = new Map<string, Promise<Station>>();
  const results: Result[] = [];
  for (const test of cases) {
    const problems = await runCase(test, descriptorSet, registry, stations, mint).catch((error: unknown) => [
      String(error),
    ]);
    const deviation = deviationOf(test);
    results.push({ id: test.id, problems, ...(deviation && { deviation: deviation.why }) });
  }
  for (const station of stations.values()) {
    const started = await station.catch(() => undefined);
    await started?.gateway.close(0);
    started?.backend.close();
  }
  return results;
}

async function runCase(
  given: Case,
  descriptorSet: FileDescriptorSet,
  registry: FileRegistry,
  stations: Map<string, Promise<Station>>,
  mint: TokenMint,
): Promise<string[]> {
  const deviation = deviationOf(given);
  const test: Case = { ...given, expect: deviation?.expect ?? given.expect };
  if (test.kind === 'config') return configDifferences(test, descriptorSet);
  if (test.request?.path_repeat && pathOf(test.request).length > 50_000) return matcherOnly(test);
  const brokenKeys = Object.values(test.request?.headers ?? {}).some((value) => value.includes('jwks uri broken'));
  const jwks = brokenKeys ? `http://${NOWHERE}/jwks.json` : mint.jwks;
  const down = test.backend?.down ?? false;
  const key = JSON.stringify([test.services, test.options, test.profile, jwks, down]);
  let station = stations.get(key);
  if (!station) stations.set(key, (station = start(test, descriptorSet, registry, jwks, down)));
  try {
    const { backend, port } = await station;
    backend.behaviour = test.backend ?? {};
    backend.received = [];
    const response = await send(test, backend, port, mint);
    return differences(test, response, backend.received, registry);
  } catch (error) {
    if (!(error instanceof GatewayConfigError)) throw error;
    return test.expect.config === 'reject' ? [] : [`the gateway does not start: ${error.message}`];
  }
}

async function start(
  { services, options: raw = {}, profile }: Case,
  descriptorSet: FileDescriptorSet,
  registry: FileRegistry,
  jwks: string,
  down: boolean,
): Promise<Station> {
  const backend = new FakeBackend(registry);
  const address = down ? NOWHERE : await backend.listen();
  const options = parseOptions(raw);
  const { issuer, audiences, authRequired } = options;
  const verifier = issuer ? createTokenVerifier({ jwks, issuer, audience: audiences ?? [] }) : undefined;
  const gateway = createGateway({
    descriptorSet,
    ...(services && { services }),
    mode: profile ?? 'espv2',
    options,
    backend: () => address,
    policy: (selector) => (verifier && authRequired?.includes(selector) ? { verifier } : {}),
  });
  return { backend, gateway, port: await gateway.listen(0) };
}

async function send(
  { request, options }: Case,
  backend: FakeBackend,
  port: number,
  mint: TokenMint,
): Promise<RawResponse> {
  if (!request) throw new Error('the case has no request');
  const { issuer = '', audiences = [] } = parseOptions(options ?? {});
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers ?? {}))
    headers[name] = await mint.fill(value, issuer, audiences);
  return await rawRequest(port, {
    method: request.method,
    path: await mint.fill(pathOf(request), issuer, audiences),
    headers,
    ...(request.body !== undefined && { body: Buffer.from(request.body) }),
    ...(request.body_base64 !== undefined && { body: Buffer.from(request.body_base64, 'base64') }),
    ...(request.body_chunks && { chunks: request.body_chunks.map((chunk) => Buffer.from(chunk)) }),
    // Pieces of one message make none each.
    next: (index) => backend.messages(index + 1, AbortSignal.timeout(NO_MESSAGE_MS)).catch(() => {}),
  });
}

/** No HTTP server takes so long a path: the matcher alone must not fall over it. */
function matcherOnly(test: Case): string[] {
  const [, method = 'GET', template = '/a/**/x'] = /^(\S+) (\/\S*)/.exec(test.http_rule ?? '') ?? [];
  const matcher = new PathMatcher<string>();
  matcher.add(method, template, 'found');
  const found = matcher.match(test.request?.method ?? 'GET', pathOf(test.request ?? { method: 'GET' }));
  const wanted = test.expect.rpc !== undefined;
  return (found !== undefined) === wanted ? [] : [`matched: ${found !== undefined}, expected ${wanted}`];
}
