import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { DescMethod } from '@bufbuild/protobuf';
import type { Server as GrpcServer } from '@grpc/grpc-js';
import type { Admission, Verdict } from './admission.ts';
import { Refusals } from './refusals.ts';
import { methodPath, streamsRequests, streamsResponses } from './service-definition.ts';

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
  const refusals = new Refusals();
  let waiting: Comer[] = [];
  const decide = (comer: Comer, verdict: Verdict): void => {
    if (verdict === 'in') comer.letIn();
    else if (verdict === 'waits') {
      // Its caller may leave before anyone else listens.
      comer.stream.on('error', () => {});
      waiting.push(comer);
    } else {
      onRefused(comer.method);
      refusals.add(comer.stream, verdict, streamsRequests(comer.method));
    }
  };
  admission.onSettled = (flood) => {
    const settled = waiting.filter(({ stream }) => !stream.closed && !stream.destroyed);
    waiting = [];
    for (const comer of settled) decide(comer, admission.enterAfterWaiting(flood));
  };
  for (const server of servers) {
    const [serve, ...others] = server.listeners('stream') as OnStream[];
    if (!serve || others.length > 0) throw new Error('this version of grpc-js takes its streams from elsewhere');
    server.removeAllListeners('stream');
    const guard: OnStream = (stream, headers, ...rest) => {
      const method = guarded.get(headers[':path'] ?? '');
      if (!method) return serve.call(server, stream, headers, ...rest);
      const kind = streamsResponses(method) ? 'stream' : 'call';
      const letIn = (): void => {
        const began = performance.now();
        stream.once('close', () => admission.leave(kind, performance.now() - began));
        serve.call(server, stream, headers, ...rest);
      };
      decide({ stream, method, letIn }, admission.enter(kind));
    };
    server.on('stream', guard as (...args: unknown[]) => void);
  }
}

/** A call that has come to the door. */
interface Comer {
  readonly stream: ServerHttp2Stream;
  readonly method: DescMethod;
  readonly letIn: () => void;
}

type OnStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, ...rest: unknown[]) => void;
