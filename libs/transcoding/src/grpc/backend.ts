import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';

/** A request that never reached the backend: it may be sent again. */
export function wasNotProcessed(error: unknown): boolean {
  const { code, errno } = (error ?? {}) as { code?: string; errno?: number };
  return (
    code === 'ECONNREFUSED' ||
    code === 'ENOTFOUND' ||
    code === 'EAI_AGAIN' ||
    code === 'EHOSTUNREACH' ||
    code === 'ERR_HTTP2_GOAWAY_SESSION' ||
    code === 'ERR_HTTP2_INVALID_SESSION' ||
    errno === constants.NGHTTP2_REFUSED_STREAM
  );
}

/**
 * One backend behind one HTTP/2 connection without TLS, opened on first use and again after it closed. Plain
 * node:http2 rather than a gRPC client: requests that no rule matches go over the same connection untranslated, and the
 * answer must tell what the backend said from what the network did.
 */
export class Backend {
  readonly address: string;
  private session: ClientHttp2Session | undefined;

  /** `address` is `host:port`. */
  constructor(address: string) {
    this.address = address;
  }

  /** Starts a request. Errors arrive as the stream's `error` event. */
  request(headers: OutgoingHttpHeaders, endStream: boolean): ClientHttp2Stream {
    return this.connected().request({ ':authority': this.address, ...headers }, { endStream });
  }

  close(): void {
    this.session?.close();
    this.session = undefined;
  }

  private connected(): ClientHttp2Session {
    if (this.session && !this.session.closed && !this.session.destroyed) return this.session;
    const session = connect(`http://${this.address}`, {
      settings: { enablePush: false, initialWindowSize: 1 << 20 },
      maxSessionMemory: 64,
    });
    const forget = () => {
      if (this.session === session) this.session = undefined;
    };
    session.on('error', forget);
    session.on('close', forget);
    // Calls that run go on; new ones take a new connection.
    session.on('goaway', forget);
    session.once('connect', () => {
      session.setLocalWindowSize(1 << 22);
      session.unref();
    });
    this.session = session;
    return session;
  }
}
