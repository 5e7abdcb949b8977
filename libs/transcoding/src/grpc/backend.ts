import { type ClientHttp2Stream, constants, type OutgoingHttpHeaders } from 'node:http2';
import { H2Connection, type StreamListener } from './h2/connection.ts';
import { encodeHeaders } from './h2/hpack-encoder.ts';
import { StreamSession } from './stream-session.ts';

/** A request that never reached the backend: it may be sent again. */
export function wasNotProcessed(error: unknown): boolean {
  const { code, errno, refused } = (error ?? {}) as { code?: string; errno?: number; refused?: boolean };
  return (
    refused === true ||
    code === 'ECONNREFUSED' ||
    code === 'ENOTFOUND' ||
    code === 'EAI_AGAIN' ||
    code === 'EHOSTUNREACH' ||
    code === 'ERR_HTTP2_GOAWAY_SESSION' ||
    code === 'ERR_HTTP2_INVALID_SESSION' ||
    errno === constants.NGHTTP2_REFUSED_STREAM
  );
}

/** The headers of a request, for either kind of connection. */
export interface RequestHeaders {
  readonly path: string;
  /** As node:http2 takes them. */
  object(): OutgoingHttpHeaders;
  /** As HPACK behind the pseudo-headers and GRPC_HEADERS; good until the next block is encoded. */
  encode(common: Uint8Array): Buffer;
}

/** What every gRPC call has. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests */
export const GRPC_HEADERS = { 'content-type': 'application/grpc', te: 'trailers' };

/** A stream of node:http2 and where it runs. */
export interface RunningStream {
  readonly session: StreamSession;
  readonly stream: ClientHttp2Stream;
}

/** Where a call runs that has a stream of its own kind. */
export interface SmallCall {
  readonly connection: H2Connection;
  readonly id: number;
}

/**
 * One backend behind HTTP/2 without TLS: a connection for small calls and one for everything else, each opened on first
 * use and again after it closed. Plain
 * node:http2 rather than a gRPC client: requests that no rule matches go over the same connection untranslated, and the
 * answer must tell what the backend said from what the network did.
 */
export class Backend {
  readonly address: string;
  private session: StreamSession | undefined;
  private lane: H2Connection | undefined;
  /** By path; there are as many as the API has methods. */
  private readonly prefixes = new Map<string, Uint8Array>();

  /** `address` is `host:port`. */
  constructor(address: string) {
    this.address = address;
  }

  /** Starts a request. Errors arrive as the stream's `error` event. */
  request(headers: OutgoingHttpHeaders, endStream: boolean): RunningStream {
    const session = this.connected();
    return { session, stream: session.request({ ':authority': this.address, ...headers }, endStream) };
  }

  /**
   * Sends a small request that is complete. Its stream is not node:http2's, which costs ten times as much.
   * @returns where it runs, or undefined when it does not fit: then `request` must do it
   */
  small(
    headers: RequestHeaders,
    body: Buffer,
    maxAnswerBytes: number,
    listener: StreamListener,
  ): SmallCall | undefined {
    if (!this.lane) {
      const lane = new H2Connection(this.address, maxAnswerBytes, () => {
        if (this.lane === lane) this.lane = undefined;
      });
      this.lane = lane;
    }
    const { lane } = this;
    const id = lane.request(headers.encode(this.prefixOf(headers.path)), body, listener);
    return id === undefined ? undefined : { connection: lane, id };
  }

  private prefixOf(path: string): Uint8Array {
    let prefix = this.prefixes.get(path);
    if (!prefix) {
      const pseudo = { ':method': 'POST', ':scheme': 'http', ':path': path, ':authority': this.address };
      this.prefixes.set(path, (prefix = Buffer.from(encodeHeaders({ ...pseudo, ...GRPC_HEADERS }))));
    }
    return prefix;
  }

  close(): void {
    this.lane?.close();
    this.lane = undefined;
    this.session?.close();
    this.session = undefined;
  }

  private connected(): StreamSession {
    if (this.session?.usable) return this.session;
    const session = new StreamSession(this.address, () => {
      if (this.session === session) this.session = undefined;
    });
    this.session = session;
    return session;
  }
}
