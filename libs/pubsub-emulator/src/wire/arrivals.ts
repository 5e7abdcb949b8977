import type { Server } from '@grpc/grpc-js';
import type { EventEmitter } from 'node:events';
import type { ServerHttp2Session } from 'node:http2';

/** A client that is busy for longer than this (ms) is not waited for. */
const MOST = 100;

/**
 * Tells when a client has read what was sent to it: it answers an HTTP/2 ping that follows. A delay alone is not enough
 * on a busy machine, where a client may read the reply to a publish and the message itself in the same turn.
 */
export class Arrivals {
  readonly #sessions = new Map<string, ServerHttp2Session>();
  readonly #waiting = new Map<ServerHttp2Session, Promise<void>>();

  constructor(server: Server) {
    // grpc-js shows no sessions. Without them nothing is waited for.
    const { http2Servers } = server as unknown as { http2Servers?: ReadonlyMap<EventEmitter, unknown> };
    for (const each of http2Servers?.keys() ?? [])
      each.on('session', (session: ServerHttp2Session) => this.#add(session));
  }

  #add(session: ServerHttp2Session): void {
    const { remoteAddress, remotePort } = session.socket;
    const peer = `${remoteAddress}:${remotePort}`;
    this.#sessions.set(peer, session);
    session.once('close', () => this.#sessions.delete(peer));
  }

  /** Resolves when the peer (`address:port`) has read everything written so far, is gone, or takes too long. */
  read(peer: string): Promise<void> {
    const session = this.#sessions.get(peer);
    if (!session || session.closed || session.destroyed) return Promise.resolve();
    // One ping answers for all replies of a turn.
    let waiting = this.#waiting.get(session);
    if (!waiting) {
      waiting = this.#ping(session);
      this.#waiting.set(session, waiting);
      setImmediate(() => this.#waiting.delete(session));
    }
    return waiting;
  }

  #ping(session: ServerHttp2Session): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, MOST);
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      // false: as many pings as are allowed are on their way already.
      if (!session.ping(done)) done();
    });
  }
}
