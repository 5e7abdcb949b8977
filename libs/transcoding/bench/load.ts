import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';

export interface Measured {
  readonly calls: number;
  readonly perSecond: number;
  /** ms */
  readonly p50: number;
  /** ms */
  readonly p99: number;
}

/** Makes one call and resolves when its answer is complete. */
export type Caller = () => Promise<void>;

/** Calls over one HTTP/2 connection with Node's own client, as a gRPC client would. */
export function directCaller(address: string): Caller {
  const session = connectHttp2(`http://${address}`);
  session.unref();
  const headers = {
    ':method': 'POST',
    ':path': '/kiban.bff.v1.BffService/ListArticles',
    'content-type': 'application/grpc',
    te: 'trailers',
  };
  return () =>
    new Promise((resolve, reject) => {
      const stream = session.request(headers);
      stream.resume();
      stream.once('end', resolve);
      stream.once('error', reject);
      stream.end(Buffer.alloc(5));
    });
}

/**
 * One connection that is kept; it sends a request and waits for its answer, without an HTTP client: the load must cost
 * less than what it loads. Rejects on any status but 200.
 */
export function restCaller(address: string, request: Buffer): Caller {
  const [host = '', port] = address.split(':');
  const socket = connect(Number(port), host);
  socket.setNoDelay(true);
  socket.unref();
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  let buffer: Buffer = Buffer.alloc(0);
  const fail = (error: Error) => settle?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));
  socket.on('data', (chunk: Buffer) => {
    buffer = buffer.length ? Buffer.concat([buffer, chunk]) : chunk;
    const whole = lengthOf(buffer);
    if (whole === undefined || buffer.length < whole) return;
    const ok = buffer.toString('latin1', 9, 12) === '200';
    const answer = buffer;
    buffer = buffer.subarray(whole);
    if (ok) settle?.resolve();
    else fail(new Error(answer.toString('latin1', 0, 200)));
  });
  return () =>
    new Promise((resolve, reject) => {
      settle = { resolve, reject };
      socket.write(request);
    });
}

/** Head and body together; undefined while the head is not complete. */
function lengthOf(bytes: Buffer): number | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const length = /content-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return end + 4 + Number(length);
  const last = bytes.indexOf('\r\n0\r\n\r\n', end);
  return last < 0 ? undefined : last + 7;
}

/** Each caller calls again and again, all of them at once. */
export async function load(callers: readonly Caller[], seconds: number): Promise<Measured> {
  const latencies: number[] = [];
  const began = performance.now();
  const until = began + seconds * 1000;
  await Promise.all(
    callers.map(async (call) => {
      while (performance.now() < until) {
        const started = performance.now();
        await call();
        latencies.push(performance.now() - started);
      }
    }),
  );
  const elapsed = (performance.now() - began) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0;
  return { calls: latencies.length, perSecond: latencies.length / elapsed, p50: at(0.5), p99: at(0.99) };
}
