import { createServer, type IncomingMessage, type Server } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { type DescService, fromBinary, toBinary, toJson } from '@bufbuild/protobuf';
import type { handleUnaryCall, ServiceDefinition, ServiceError, UntypedHandleCall } from '@grpc/grpc-js';
import { Code, invalid, PubSubError } from '../core/errors.ts';
import { toServiceError } from '../wire/status.ts';
import { restError } from './rest-error.ts';
import { restRequest } from './rest-request.ts';
import { type RestRoute, restRoutes } from './rest-routes.ts';

/** A service as the gRPC door has it. */
export interface Served {
  readonly service: DescService;
  readonly definition: ServiceDefinition;
  readonly handlers: Readonly<Record<string, UntypedHandleCall>>;
}

interface Answer {
  readonly code: number;
  readonly body: string;
}

const MAX_BODY = 64 * 1024 * 1024;

/**
 * The REST API of Pub/Sub (https://cloud.google.com/pubsub/docs/reference/rest), which Google's emulator serves on the
 * same port: the same handlers, reached by the paths of the proto files. Give it connections with `emit('connection')`.
 */
export function restDoor(served: readonly Served[]): Server {
  const routes = restRoutes(served.map((each) => each.service));
  const byService = new Map(served.map((each) => [each.service, each]));
  return createServer((request, response) => {
    answer(routes, byService, request)
      .catch((error: unknown) => refusal(toServiceError(error)))
      .then(({ code, body }) => {
        const type = body === 'Ok\n' ? 'text/plain' : 'application/json; charset=UTF-8';
        response.writeHead(code, { 'content-type': type, 'x-content-type-options': 'nosniff' }).end(body);
      })
      .catch((error: unknown) => response.destroy(error as Error));
  });
}

async function answer(
  routes: readonly RestRoute[],
  served: ReadonlyMap<DescService, Served>,
  request: IncomingMessage,
): Promise<Answer> {
  // Browsers say where a page is from; no page of another origin may drive the emulator.
  if (request.headers.origin !== undefined) {
    throw new PubSubError(Code.PERMISSION_DENIED, 'Requests of web pages are refused: the emulator has no CORS.');
  }
  const url = new URL(request.url ?? '/', 'http://emulator');
  // What Google's emulator says to health checks.
  if (url.pathname === '/' && request.method === 'GET') return { code: 200, body: 'Ok\n' };
  const body = await read(request);
  const path = decode(url.pathname);
  const verb = request.headers['x-http-method-override'] ?? request.method;
  for (const route of routes) {
    const match = route.verb === verb ? route.path.exec(path) : null;
    const target = match && served.get(route.service);
    if (match && target) return await call(target, route, match.slice(1), url.searchParams, body, request);
  }
  const message = `No method of Pub/Sub has ${request.method} ${path}. The paths: https://cloud.google.com/pubsub/docs/reference/rest`;
  throw new PubSubError(Code.NOT_FOUND, message);
}

/** Runs the handler of the gRPC door on the bytes that a gRPC client would have sent. */
function call(
  { definition, handlers }: Served,
  route: RestRoute,
  values: readonly string[],
  query: URLSearchParams,
  body: string,
  request: IncomingMessage,
): Promise<Answer> {
  const { input, output, localName } = route.method;
  const method = definition[localName];
  const handler = handlers[localName] as handleUnaryCall<unknown, unknown> | undefined;
  if (!method || !handler) throw new PubSubError(Code.UNIMPLEMENTED, `${route.method.name} is not served.`);
  const bytes = toBinary(input, restRequest(route, values, query, body));
  const enumAsInteger = /enum-encoding=int/.test(query.get('$alt') ?? '');
  return new Promise((resolve) => {
    const fake = {
      request: method.requestDeserialize(Buffer.from(bytes)),
      getDeadline: () => Infinity,
      getPeer: () => '',
      on: (_event: 'cancelled', gone: () => void) => request.socket.once('close', gone),
    };
    handler(fake as never, (error, value) => {
      if (error) return resolve(refusal(error as ServiceError));
      const message = fromBinary(output, method.responseSerialize(value));
      resolve({ code: 200, body: `${JSON.stringify(toJson(output, message, { enumAsInteger }), null, 2)}\n` });
    });
  });
}

function refusal(error: ServiceError): Answer {
  const { code, body } = restError(error);
  return { code, body: `${JSON.stringify(body, null, 2)}\n` };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw invalid(`The path ${path} is not well encoded.`);
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw invalid(`The body is larger than ${MAX_BODY} bytes.`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  if (request.headers['content-encoding'] !== 'gzip') return bytes.toString('utf8');
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BODY }).toString('utf8');
  } catch {
    throw invalid('The body is not what content-encoding: gzip says.');
  }
}
