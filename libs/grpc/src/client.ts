import type { DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import {
  type ChannelOptions,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  Client,
  type ChannelCredentials,
  credentials,
} from '@grpc/grpc-js';
import { type CallDefaults, type CallOptions, type PreparedCall, prepareCall } from './client-call.ts';
import { channelOptions, target } from './client-channel.ts';
import { observeClientCall } from './client-observer.ts';
import { fromWire } from './error-wire.ts';
import { serviceDefinition } from './service-definition.ts';

type Request<M extends DescMethod> = MessageInitShape<M['input']>;
type Response<M extends DescMethod> = MessageShape<M['output']>;
type ClientMethod<M extends DescMethod> = M['methodKind'] extends 'unary'
  ? (request: Request<M>, options?: CallOptions) => Promise<Response<M>>
  : M['methodKind'] extends 'server_streaming'
    ? (request: Request<M>, options?: CallOptions) => AsyncIterable<Response<M>>
    : M['methodKind'] extends 'client_streaming'
      ? (requests: AsyncIterable<Request<M>>, options?: CallOptions) => Promise<Response<M>>
      : (requests: AsyncIterable<Request<M>>, options?: CallOptions) => AsyncIterable<Response<M>>;

/** A client with one method for each rpc. Every error it throws is a ServiceError. */
export type GrpcClient<S extends DescService> = { [K in keyof S['method']]: ClientMethod<S['method'][K]> } & {
  /** Takes no new calls; the connections end with the last call in flight. */
  close(): void;
};

export interface GrpcClientOptions extends CallDefaults {
  /** Default: plain text, as inside a cluster or a mesh. */
  credentials?: ChannelCredentials;
  /** Settings of grpc-js that override ours. */
  channel?: ChannelOptions;
}

type AnyClientCall =
  | ClientUnaryCall
  | ClientReadableStream<unknown>
  | ClientWritableStream<unknown>
  | ClientDuplexStream<unknown, unknown>;

/**
 * A typed client. `address` is `host:port` (every address of the name is used, round robin) or a gRPC target. Calls made
 * while answering one carry its deadline minus what was spent, its token, trace and request id, and end with it.
 * Methods that the proto calls idempotent are retried when the callee is unavailable.
 */
export function createGrpcClient<S extends DescService>(
  service: S,
  address: string,
  options: GrpcClientOptions = {},
): GrpcClient<S> {
  const client = new Client(target(address), options.credentials ?? credentials.createInsecure(), {
    ...channelOptions(service),
    ...options.channel,
  });
  const definitions = serviceDefinition(service);
  const methods = service.methods.map((method) => {
    const definition = definitions[method.name];
    if (!definition) throw new Error(`no definition of ${method.name}`);
    const start = (prepared: PreparedCall, request: unknown, done: Done) => {
      const { path, requestSerialize: write, responseDeserialize: read } = definition;
      const { metadata, options: callOptions } = prepared;
      switch (method.methodKind) {
        case 'unary':
          return client.makeUnaryRequest(path, write, read, request, metadata, callOptions, done);
        case 'server_streaming':
          return client.makeServerStreamRequest(path, write, read, request, metadata, callOptions);
        case 'client_streaming':
          return client.makeClientStreamRequest(path, write, read, metadata, callOptions, done);
        default:
          return client.makeBidiStreamRequest(path, write, read, metadata, callOptions);
      }
    };
    return [method.localName, clientMethod(method, options, start)] as const;
  });
  return { ...Object.fromEntries(methods), close: () => client.close() } as GrpcClient<S>;
}

type Done = (error: Error | null, value?: unknown) => void;
/** Where a stream's requests come from: its own error says more than the cancelled call that follows it. */
interface Source {
  failed?: { readonly error: unknown };
}
type Start = (prepared: PreparedCall, request: unknown, done: Done) => AnyClientCall;

function clientMethod(method: DescMethod, defaults: CallDefaults, start: Start) {
  const service = method.parent.typeName;
  const sendsStream = method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming';
  const begin = (request: unknown, prepared: PreparedCall, source: Source, done: Done) => {
    const observation = observeClientCall(method, prepared.metadata);
    const call = start(prepared, request, done);
    cancelOn(prepared.signals, call);
    if (observation) call.on('status', ({ code }: { code: number }) => observation.end(code));
    if (sendsStream) void send(call as ClientWritableStream<unknown>, request as AsyncIterable<unknown>, source);
    return call;
  };
  if (method.methodKind === 'unary' || method.methodKind === 'client_streaming') {
    return (request: unknown, options?: CallOptions) =>
      new Promise((resolve, reject) => {
        const prepared = prepareCall(method, defaults, options);
        const source: Source = {};
        const attempt = (left: number): unknown =>
          begin(request, prepared, source, (error, value) => {
            if (source.failed) reject(source.failed.error);
            else if (!error) resolve(value);
            else if (left > 0 && !sendsStream && wasRefused(error)) attempt(left - 1);
            else reject(fromWire(error, service));
          });
        attempt(REFUSED_AGAIN);
      });
  }
  return async function* (request: unknown, options?: CallOptions) {
    const source: Source = {};
    const prepared = prepareCall(method, defaults, options);
    const call = begin(request, prepared, source, () => {}) as ClientReadableStream<unknown>;
    try {
      yield* call;
    } catch (error) {
      throw source.failed ? source.failed.error : fromWire(error, service);
    } finally {
      call.cancel(); // grpc-js goes on receiving when `for await` is left early
    }
  };
}

/** How often a call that was refused is sent again, on top of the one time that grpc-js does. */
const REFUSED_AGAIN = 3;

/**
 * Whether the server closed its connection before it looked at the call (REFUSED_STREAM), which makes repeating any
 * method safe (https://www.rfc-editor.org/rfc/rfc9113#section-8.7). grpc-js repeats such a call once; in a rollout a
 * call can meet two connections in a row that are just ending.
 */
function wasRefused(error: Error): boolean {
  return 'details' in error && /Stream refused by server|NGHTTP2_REFUSED_STREAM/.test(String(error.details));
}

function cancelOn(signals: AbortSignal[], call: AnyClientCall): void {
  for (const signal of signals) {
    const cancel = () => call.cancel();
    if (signal.aborted) cancel();
    else {
      signal.addEventListener('abort', cancel, { once: true });
      call.on('status', () => signal.removeEventListener('abort', cancel));
    }
  }
}

async function send(
  call: ClientWritableStream<unknown>,
  requests: AsyncIterable<unknown>,
  source: Source,
): Promise<void> {
  const ended = new Promise<void>((resolve) => call.once('status', () => resolve()));
  try {
    for await (const request of requests) {
      if (!call.write(request))
        await Promise.race([ended, new Promise<void>((resolve) => call.once('drain', resolve))]);
    }
    call.end();
  } catch (error) {
    source.failed = { error };
    call.cancel();
  }
}
