import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { create, type DescMethod, fromJson, type JsonValue, type Registry, toBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { StatusSchema } from '@kiban/contracts/google/rpc';
import type { CaseBackend } from './case.ts';

/** What the backend got. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  /** Undefined when the request is no gRPC call of a known method. */
  readonly method: DescMethod | undefined;
  readonly messages: Buffer[];
  /** The body of what is no gRPC call. */
  readonly raw: Buffer[];
}

/** What the backend does; `bytes` are messages to send as they are, before those of `responses`. */
export type Behaviour = CaseBackend & {
  readonly bytes?: readonly Uint8Array[];
  readonly trailing_metadata?: Readonly<Record<string, string>>;
};

/** A gRPC server that does what a case says. One behaviour at a time. */
export class FakeBackend extends EventEmitter {
  behaviour: Behaviour = {};
  received: Received[] = [];
  readonly streams: ServerHttp2Stream[] = [];
  private readonly registry: Registry;
  /** Connections that the server gave up because of what came over them. */
  brokenConnections = 0;
  private readonly server = createServer({ maxSessionInvalidFrames: 20 });

  constructor(registry: Registry) {
    super();
    this.registry = registry;
    this.server.on('stream', (stream, headers) => void this.serve(stream as ServerHttp2Stream, headers));
    this.server.on('sessionError', () => this.brokenConnections++);
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
  }

  /** Resolves when so many messages arrived; rejects when the signal says so before. */
  async messages(count: number, signal: AbortSignal): Promise<void> {
    while ((this.received.at(-1)?.messages.length ?? 0) < count) await once(this, 'message', { signal });
  }

  private async serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    stream.on('error', () => {});
    const method = this.methodOf(headers);
    const received: Received = { headers, method, messages: [], raw: [] };
    this.received.push(received);
    this.streams.push(stream);
    let buffer = Buffer.alloc(0);
    stream.on('data', (chunk: Buffer) => {
      if (!method) {
        received.raw.push(chunk);
        return;
      }
      buffer = Buffer.concat([buffer, chunk]);
      while (buffer.length >= 5 && buffer.length >= 5 + buffer.readUInt32BE(1)) {
        const end = 5 + buffer.readUInt32BE(1);
        received.messages.push(buffer.subarray(5, end));
        buffer = buffer.subarray(end);
        this.emit('message');
      }
    });
    const complete = await once(stream, 'end').catch(() => undefined);
    if (!complete || stream.destroyed || this.behaviour.hang) return;
    if (method) this.answer(stream, method, received.messages);
    else {
      stream.respond({ ':status': 415 });
      stream.end();
    }
  }

  private methodOf(headers: IncomingHttpHeaders): DescMethod | undefined {
    if (headers[':method'] !== 'POST' || !headers['content-type']?.startsWith('application/grpc')) return undefined;
    const [, service = '', name] = String(headers[':path']).split('/');
    return this.registry.getService(service)?.methods.find((method) => method.name === name);
  }

  private answer(stream: ServerHttp2Stream, method: DescMethod, requests: readonly Buffer[]): void {
    const { status, initial_metadata: metadata = {} } = this.behaviour;
    const responses = this.responses(method, requests);
    const trailers = { ...this.behaviour.trailing_metadata, ...statusTrailers(status, this.registry) };
    const headers = { ':status': 200, 'content-type': 'application/grpc', ...metadata };
    if (responses.length === 0 && status) {
      stream.respond({ ...headers, ...trailers }, { endStream: true });
      return;
    }
    stream.respond(headers, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    for (const message of responses) {
      const prefix = Buffer.alloc(5);
      prefix.writeUInt32BE(message.length, 1);
      stream.write(Buffer.concat([prefix, message]));
    }
    stream.end();
  }

  private responses(method: DescMethod, requests: readonly Buffer[]): Uint8Array[] {
    const { bytes, echo, echo_field: field, responses, response_type: type, status } = this.behaviour;
    if (bytes) return [...bytes];
    if (echo) return [...requests];
    if (field) return requests.map((request) => fieldBytes(method, request, field));
    const desc = (type && this.registry.getMessage(type)) || method.output;
    if (responses) return responses.map((json) => this.encode(desc, json));
    const streams = method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming';
    return status || streams ? [] : [new Uint8Array()];
  }

  private encode(desc: DescMethod['output'], json: JsonValue): Uint8Array {
    return toBinary(desc, fromJson(desc, json, { registry: this.registry }));
  }
}

/** The bytes of the last length-delimited field of that name in a message. */
function fieldBytes(method: DescMethod, request: Buffer, name: string): Uint8Array {
  const number = method.input.fields.find((field) => field.name === name || field.jsonName === name)?.number;
  let found: Uint8Array = new Uint8Array();
  const varint = (at: number): [value: number, next: number] => {
    let value = 0;
    let shift = 1;
    for (let next = at; ; next++) {
      const byte = request[next] ?? 0;
      value += (byte & 127) * shift;
      shift *= 128;
      if (byte < 128) return [value, next + 1];
    }
  };
  for (let at = 0; at < request.length; ) {
    const [tag, afterTag] = varint(at);
    const wire = tag % 8;
    if (wire === 2) {
      const [length, start] = varint(afterTag);
      if (Math.floor(tag / 8) === number) found = request.subarray(start, start + length);
      at = start + length;
    } else at = wire === 0 ? varint(afterTag)[1] : afterTag + (wire === 1 ? 8 : 4);
  }
  return found;
}

function statusTrailers(status: CaseBackend['status'], registry: Registry): Record<string, string> {
  if (!status) return { 'grpc-status': '0' };
  const { code, message = '', details = [], details_unknown_type: unknown } = status;
  const trailers: Record<string, string> = { 'grpc-status': String(code) };
  if (message) trailers['grpc-message'] = encodeURIComponent(message).replaceAll('%20', ' ');
  if (details.length || unknown) {
    const any = details.map((json) => fromJson(AnySchema, json, { registry }));
    if (unknown) any.push(create(AnySchema, { typeUrl: unknown, value: new Uint8Array([8, 1]) }));
    const bytes = toBinary(StatusSchema, create(StatusSchema, { code, message, details: any }));
    trailers['grpc-status-details-bin'] = Buffer.from(bytes).toString('base64').replace(/=+$/, '');
  }
  return trailers;
}
