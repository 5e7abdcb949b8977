import { type ClientHttp2Session, connect } from 'node:http2';

/** A call that was answered: gRPC status and how long it took, ms. */
export type OnAnswer = (code: number, ms: number) => void;

/**
 * A gRPC client that costs a fifth of a whole one, so that the client is not what is measured: node:http2, the request
 * framed once, the answer's status read and its bytes dropped.
 */
export class Http2Load {
  readonly #sessions: ClientHttp2Session[];
  readonly #headers: Record<string, string>;
  readonly #frame: Buffer;
  #next = 0;

  constructor(address: string, path: string, request: Uint8Array, connections = 4) {
    this.#sessions = Array.from({ length: connections }, () => connect(`http://${address}`));
    this.#headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };
    // https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests: not compressed, length, message
    this.#frame = Buffer.alloc(5 + request.length);
    this.#frame.writeUInt32BE(request.length, 1);
    this.#frame.set(request, 5);
  }

  call(onAnswer: OnAnswer): void {
    const began = performance.now();
    const stream = this.#sessions[this.#next++ % this.#sessions.length]!.request(this.#headers);
    let status: unknown;
    stream.on('response', (headers) => (status = headers['grpc-status']));
    stream.on('trailers', (headers) => (status = headers['grpc-status']));
    stream.on('error', () => {});
    stream.on('close', () => onAnswer(status === undefined ? 14 : Number(status), performance.now() - began));
    stream.resume();
    stream.end(this.#frame);
  }

  /** As many calls at once for so long; each answer is followed by the next call. */
  async closedLoop(concurrency: number, ms: number, onAnswer: OnAnswer): Promise<void> {
    const end = performance.now() + ms;
    const loop = () =>
      new Promise<void>((resolve) => {
        const next = () => {
          if (performance.now() >= end) resolve();
          else this.call((code, took) => (onAnswer(code, took), next()));
        };
        next();
      });
    await Promise.all(Array.from({ length: concurrency }, loop));
  }

  /** Calls at a steady rate, whether earlier ones were answered or not; resolves when all are. */
  async openLoop(perSecond: number, ms: number, onAnswer: OnAnswer): Promise<void> {
    const began = performance.now();
    let started = 0;
    let answered = 0;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const elapsed = Math.min(ms, performance.now() - began);
        for (const due = Math.floor((elapsed / 1000) * perSecond); started < due; started++) {
          this.call((code, took) => {
            onAnswer(code, took);
            if (++answered === started && performance.now() - began >= ms) resolve();
          });
        }
        if (elapsed >= ms) {
          clearInterval(timer);
          if (answered === started) resolve();
        }
      }, 1);
    });
  }

  close(): void {
    for (const session of this.#sessions) session.destroy();
  }
}
