import { constants, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { DescMethod } from '@bufbuild/protobuf';
import type { Server as GrpcServer } from '@grpc/grpc-js';
import type { Admission } from './admission.ts';
import { toWire } from './error-wire.ts';
import { methodPath, streamsRequests, streamsResponses } from './service-definition.ts';
import { ServiceError } from './service-error.ts';

/** The HTTP/2 servers under a grpc-js server that is bound. Not public there: the tests fail when an upgrade moves it. */
export function http2Servers(server: GrpcServer): Http2Server[] {
  const found: unknown = Reflect.get(server, 'http2Servers');
  if (!(found instanceof Map)) throw new Error('this version of grpc-js keeps its HTTP/2 servers elsewhere');
  return [...(found as Map<Http2Server, unknown>).keys()];
}

/**
 * Lets calls in, or answers them before grpc-js makes a call of them: a refusal has to be many times cheaper than an
 * answer, or refusing takes the time that answering needs. Other paths (health, reflection) are never refused.
 */
export function guardDoor(
  servers: readonly Http2Server[],
  methods: readonly DescMethod[],
  admission: Admission,
  onRefused: (method: DescMethod) => void,
): void {
  const guarded = new Map(methods.map((method) => [methodPath(method), method]));
  for (const server of servers) {
    const [serve, ...others] = server.listeners('stream') as OnStream[];
    if (!serve || others.length > 0) throw new Error('this version of grpc-js takes its streams from elsewhere');
    server.removeAllListeners('stream');
    const guard: OnStream = (stream, headers, ...rest) => {
      const method = guarded.get(headers[':path'] ?? '');
      if (!method) return serve.call(server, stream, headers, ...rest);
      const kind = streamsResponses(method) ? 'stream' : 'call';
      const retryAfterMs = admission.enter(kind);
      if (retryAfterMs !== undefined) {
        onRefused(method);
        refuse(stream, retryAfterMs, streamsRequests(method));
        return;
      }
      const began = performance.now();
      stream.once('close', () => admission.leave(kind, performance.now() - began));
      serve.call(server, stream, headers, ...rest);
    };
    server.on('stream', guard as (...args: unknown[]) => void);
  }
}

type OnStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, ...rest: unknown[]) => void;

/** An answer of headers alone: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses */
function refuse(stream: ServerHttp2Stream, retryAfterMs: number, moreComes: boolean): void {
  stream.on('error', () => {});
  stream.respond(refusal(retryAfterMs), { endStream: true });
  if (moreComes) stream.close(constants.NGHTTP2_NO_ERROR);
  else stream.resume();
}

const made = new Map<number, ReturnType<typeof makeRefusal>>();
/** Times to come back are rounded to this, ms, so that there are few different refusals. */
const STEP_MS = 50;

function refusal(retryAfterMs: number) {
  const step = Math.ceil(retryAfterMs / STEP_MS) * STEP_MS;
  let headers = made.get(step);
  if (!headers) made.set(step, (headers = makeRefusal(step)));
  return headers;
}

function makeRefusal(retryAfterMs: number) {
  const error = ServiceError.resourceExhausted('The service is busy; try again as RetryInfo says.', retryAfterMs);
  const { code, details, metadata } = toWire(error);
  return {
    ':status': 200,
    'content-type': 'application/grpc+proto',
    'grpc-status': String(code),
    'grpc-message': encodeURIComponent(details ?? '').replaceAll('%20', ' '),
    ...metadata?.toHttp2Headers(),
  };
}
