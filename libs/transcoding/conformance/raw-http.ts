import { connect } from 'node:net';

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Sent one by one, each when `next` of the one before has settled. */
  readonly chunks?: readonly Buffer[];
  readonly next?: (index: number) => Promise<void>;
}

export interface RawResponse {
  readonly status: number;
  /** Lower-case names; repeated ones joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Sends a request over a socket exactly as written, without any client's normalisation, and reads the answer. */
export function rawRequest(port: number, request: RawRequest): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk);
      // A server may keep the connection a while longer to read the rest of a request that it has refused.
      if (isComplete(Buffer.concat(received), request.method)) socket.destroy();
    });
    socket.on('error', (error) => (received.length ? undefined : reject(error)));
    socket.once('close', () => {
      try {
        resolve(parse(Buffer.concat(received)));
      } catch (error) {
        reject(error);
      }
    });
    send(socket, request).catch(reject);
  });
}

async function send(socket: ReturnType<typeof connect>, request: RawRequest): Promise<void> {
  const { method, path, headers = {}, body, chunks, next } = request;
  const lines = [`${method} ${path} HTTP/1.1`, 'host: gateway.test', 'connection: close'];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (chunks) lines.push('transfer-encoding: chunked');
  else if (!('content-length' in headers) && (body?.length || ['POST', 'PUT', 'PATCH'].includes(method))) {
    lines.push(`content-length: ${body?.length ?? 0}`);
  }
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  if (body?.length) socket.write(body);
  for (const [index, chunk] of (chunks ?? []).entries()) {
    socket.write(`${chunk.length.toString(16)}\r\n`);
    socket.write(chunk);
    socket.write('\r\n');
    await next?.(index);
  }
  if (chunks) socket.write('0\r\n\r\n');
}

function isComplete(bytes: Buffer, method: string): boolean {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const head = bytes.toString('latin1', 0, end);
  if (method === 'HEAD') return true;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return bytes.length >= end + 4 + Number(length);
  return /\r\ntransfer-encoding: *chunked/i.test(head) && bytes.subarray(-5).equals(LAST_CHUNK);
}

const LAST_CHUNK = Buffer.from('0\r\n\r\n');

function parse(bytes: Buffer): RawResponse {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) throw new Error(`no HTTP answer, only ${JSON.stringify(bytes.toString('latin1', 0, 100))}`);
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const rest = bytes.subarray(end + 4);
  const body = headers['transfer-encoding'] === 'chunked' ? unchunk(rest) : rest;
  return { status: Number(first.split(' ')[1]), headers, body };
}

function unchunk(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) break;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (!size) break;
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(parts);
}
