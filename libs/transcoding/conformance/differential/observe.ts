import { type FileRegistry, fromBinary, type JsonValue, toJson } from '@bufbuild/protobuf';
import type { FakeBackend, Received } from '../fake-backend.ts';
import { rawRequest } from '../raw-http.ts';
import type { GeneratedRequest } from './generated-request.ts';

/** What a gateway made of a request: what the client saw and what the backend got. */
export interface Observation {
  readonly status: number | 'closed' | 'hang';
  readonly contentType?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue;
  readonly upstream: JsonValue;
}

/** Headers that say who answered and when, or how HTTP frames it. */
const OWN = new Set(['date', 'server', 'connection', 'content-length', 'transfer-encoding', 'x-request-id', 'vary']);
const WAIT_MS = 4_000;
let sent = 0;

/** Sends one request to a gateway whose backend is the fake one. */
export async function observe(
  port: number,
  request: GeneratedRequest,
  backend: FakeBackend,
  registry: FileRegistry,
): Promise<Observation> {
  backend.received = [];
  const late = new Promise<'hang'>((resolve) => setTimeout(() => resolve('hang'), WAIT_MS).unref());
  // Envoy may reset the call of a request that it refused after the next one has begun.
  const id = String(++sent);
  const marked = { ...request, headers: { ...request.headers, 'x-probe': id } };
  const answer = await Promise.race([rawRequest(port, marked).catch(() => 'closed' as const), late]);
  const upstream = backend.received
    .filter(({ headers }) => headers['x-probe'] === id)
    .map((received) => describe(received, registry));
  if (typeof answer === 'string') return { status: answer, headers: {}, body: null, upstream };
  const headers = Object.fromEntries(
    Object.entries(answer.headers).filter(([name]) => !OWN.has(name) && !name.startsWith('x-envoy-')),
  );
  return {
    status: answer.status,
    headers,
    body: readable(answer.body),
    upstream,
  };
}

/** JSON by meaning; lines and events of JSON, too. */
function readable(body: Buffer): JsonValue {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    const lines = text.split('\n').filter(Boolean);
    try {
      return lines.map((line) => JSON.parse(line.replace(/^data: /, '')) as JsonValue);
    } catch {
      return body.toString('latin1');
    }
  }
}

const MORE = ['content-encoding', 'accept-encoding', 'grpc-encoding', 'grpc-accept-encoding', 'cookie', 'user-agent'];
const TRACKED = ['authorization', 'x-custom', 'grpc-timeout', 'x-data-bin', 'te', 'content-type', 'accept', ...MORE];

function describe({ headers, method, messages, raw }: Received, registry: FileRegistry): JsonValue {
  const tracked = Object.fromEntries(
    TRACKED.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
  if (!method) {
    const body = Buffer.concat(raw).toString('latin1');
    return { untranslated: `${headers[':method']} ${headers[':path']}`, body, headers: tracked };
  }
  const parsed = messages.map((bytes): JsonValue => {
    try {
      return toJson(method.input, fromBinary(method.input, bytes), { registry });
    } catch {
      return `bytes ${bytes.toString('hex')}`;
    }
  });
  const original = String(headers['x-envoy-original-path'] ?? '');
  return { rpc: method.name, messages: parsed, headers: tracked, original };
}
