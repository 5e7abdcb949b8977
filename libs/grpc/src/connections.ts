import { constants, type Http2Server, type ServerHttp2Session } from 'node:http2';

/** The open connections of HTTP/2 servers. */
export class Connections {
  readonly #open = new Set<ServerHttp2Session>();

  watch(servers: readonly Http2Server[]): void {
    for (const server of servers) {
      server.on('session', (session) => {
        this.#open.add(session);
        session.once('close', () => this.#open.delete(session));
      });
    }
  }

  /**
   * Sends the first of the two GOAWAYs of a graceful end (https://www.rfc-editor.org/rfc/rfc9113#section-6.8): go
   * elsewhere, what is on its way is still taken. grpc-js sends the second one only, so calls that cross it on the wire
   * are refused, and a client that meets two such servers in a row sees a failure. Returns whether there was a client.
   */
  announceEnd(): boolean {
    for (const session of this.#open) {
      if (!session.closed && !session.destroyed) session.goaway(constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1);
    }
    return this.#open.size > 0;
  }

  /** Cuts what is still open. */
  cut(): void {
    for (const session of this.#open) session.destroy();
  }
}
