import type { IncomingHttpHeaders } from 'node:http2';
import type { GrpcStatus } from '../grpc/grpc-status.ts';
import { httpStatusOf } from '../grpc/status-map.ts';
import type { MethodPlan } from '../rules/method-plan.ts';
import { Answer } from './answer.ts';
import type { Exchange } from './context.ts';
import { drained } from './drained.ts';
import { reply } from './reply.ts';

/** How the messages of a stream are told apart. */
type Framing = 'array' | 'lines' | 'events' | 'raw';

/** Answers a call with a stream of messages, each sent when it comes. */
export class StreamAnswer extends Answer {
  private readonly framing: Framing;
  private sent = 0;

  constructor(exchange: Exchange, plan: MethodPlan) {
    super(exchange, plan);
    this.framing = framingOf(exchange, plan);
  }

  /** Ends the answer before the backend does. */
  private readonly finishEarly = (): void => {
    this.exchange.call?.cancel();
    this.close();
  };

  override headers(headers: IncomingHttpHeaders): void {
    super.headers(headers);
    if (this.framing !== 'raw') this.begin(CONTENT_TYPES[this.framing]);
  }

  message(message: Buffer): Promise<void> | void {
    const { response } = this.exchange;
    if (this.framing === 'raw') {
      // An empty message says nothing, not even of which type it is.
      if (message.length === 0) return undefined;
      const { contentType, data } = this.httpBody(message);
      this.begin(contentType);
      this.sent++;
      return this.write(data);
    }
    let json: string;
    try {
      json = this.print(message);
    } catch {
      response.destroy();
      return undefined;
    }
    const first = this.sent++ === 0;
    if (this.framing === 'array') return this.write(first ? `[${json}` : `,${json}`);
    return this.write(this.framing === 'events' ? `data: ${json}\n\n` : `${json}\n`);
  }

  end(status: GrpcStatus, trailers: IncomingHttpHeaders): void {
    const { response } = this.exchange;
    if (!response.headersSent) {
      const empty = status.code === 0 || (!this.exchange.context.options.convertGrpcStatus && this.framing !== 'raw');
      if (empty) this.replyEmpty(status, trailers);
      else this.replyStatus(status, trailers, true);
      return;
    }
    if (
      status.code !== 0 &&
      this.sent === 0 &&
      this.framing === 'array' &&
      this.exchange.context.options.convertGrpcStatus
    ) {
      // The status line has gone; the body can still say what failed. So does Envoy.
      response.end(this.statusJson(status).json);
      return;
    }
    if (this.framing === 'events' && status.code !== 0 && !this.exchange.context.options.streamSseStyleDelimited) {
      response.write(`event: error\ndata: ${this.statusJson(status).json}\n\n`);
    }
    this.close();
  }

  private replyEmpty(status: GrpcStatus, trailers: IncomingHttpHeaders): void {
    // Behind headers of its own an answer's status is a trailer, which HTTP/1 clients do not read.
    const headers = this.metadata(this.hasTrailersOnly(trailers) ? status : undefined, trailers);
    const { streamSseStyleDelimited } = this.exchange.context.options;
    headers['content-type'] =
      this.framing === 'raw'
        ? CONTENT_TYPES[streamSseStyleDelimited ? 'events' : 'lines']
        : CONTENT_TYPES[this.framing];
    reply(this.exchange, httpStatusOf(status.code), headers, this.framing === 'array' ? '[]' : '');
  }

  private close(): void {
    this.exchange.response.end(this.framing === 'array' ? (this.sent === 0 ? '[]' : ']') : undefined);
  }

  private begin(contentType: string): void {
    const { response, extraHeaders, requestId, context } = this.exchange;
    if (response.headersSent) return;
    context.openStreams.add(this.finishEarly);
    response.once('close', () => context.openStreams.delete(this.finishEarly));
    response.writeHead(200, {
      ...this.metadata(undefined, {}),
      ...extraHeaders,
      'x-request-id': requestId,
      'content-type': contentType,
      ...(this.framing === 'events' && !context.options.streamSseStyleDelimited && { 'cache-control': 'no-cache' }),
    });
    response.flushHeaders();
  }

  private write(data: string | Uint8Array): Promise<void> | undefined {
    const { response } = this.exchange;
    this.exchange.bytes += typeof data === 'string' ? Buffer.byteLength(data) : data.length;
    return response.destroyed || response.write(data) ? undefined : drained(response);
  }
}

const CONTENT_TYPES: Record<Exclude<Framing, 'raw'>, string> = {
  array: 'application/json',
  lines: 'application/json', // Envoy names no other type for lines
  events: 'text/event-stream',
};

function framingOf({ context, request }: Exchange, plan: MethodPlan): Framing {
  if (plan.httpBodyOut) return 'raw';
  const asksForEvents = context.mode !== 'transcoder' && /\btext\/event-stream\b/.test(request.headers.accept ?? '');
  if (context.options.streamSseStyleDelimited || asksForEvents) return 'events';
  return context.options.streamNewlineDelimited ? 'lines' : 'array';
}
