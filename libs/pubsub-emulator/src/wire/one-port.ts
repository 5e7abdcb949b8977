import { createServer, type Server, type Socket } from 'node:net';

/** `PRI * HTTP/2.0` is what every HTTP/2 client sends first; no HTTP/1 method starts with PR. */
const HTTP2 = 'PR';

/** Tells HTTP/2 from HTTP/1 by its first bytes, so that gRPC and REST share a port as they do in Google's emulator. */
export function onePort(http2: (socket: Socket) => void, http1: (socket: Socket) => void): Server {
  return createServer({ noDelay: true }, (socket) => {
    let start = Buffer.alloc(0);
    const drop = (): void => void socket.destroy();
    const look = (): void => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      start = Buffer.concat([start, chunk]);
      if (start.length < HTTP2.length) return;
      socket.off('readable', look);
      socket.off('error', drop);
      socket.unshift(start);
      if (start.toString('latin1', 0, HTTP2.length) === HTTP2) http2(socket);
      else http1(socket);
    };
    socket.on('error', drop);
    socket.on('readable', look);
  });
}
