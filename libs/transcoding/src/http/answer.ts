import type { IncomingHttpHeaders } from 'node:http2';
import type { OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { StatusSchema } from '@kiban/contracts/google/rpc';
import { FrameError } from '../grpc/frames.ts';
import type { GrpcStatus } from '../grpc/grpc-status.ts';
import { httpStatusOf } from '../grpc/status-map.ts';
import type { MethodPlan } from '../rules/method-plan.ts';
import { readHttpBody } from '../wire/http-body.ts';
import { type CallListener, DeadlineError } from './call.ts';
import type { Exchange } from './context.ts';
import { relayPlain, responseHeaders, upstreamFailure } from './passthrough.ts';
import { reply, replyError } from './reply.ts';

/** What unary and streamed answers have in common. */
export abstract class Answer implements CallListener {
  protected readonly exchange: Exchange;
  protected readonly plan: MethodPlan;
  protected initial: IncomingHttpHeaders = {};

  constructor(exchange: Exchange, plan: MethodPlan) {
    this.exchange = exchange;
    this.plan = plan;
  }

  headers(headers: IncomingHttpHeaders): void {
    this.initial = headers;
  }

  abstract message(message: Buffer): void | Promise<void>;
  abstract end(status: GrpcStatus, trailers: IncomingHttpHeaders): void;

  plain(headers: IncomingHttpHeaders, body: Readable): void {
    relayPlain(this.exchange, headers, body);
  }

  failed(error: unknown): void {
    const { response } = this.exchange;
    if (response.headersSent) response.destroy();
    else replyError(this.exchange, failureOf(error));
  }

  /** The JSON of one message. */
  protected print(message: Buffer): string {
    return this.exchange.context.printer.print(this.plan.method.output, message);
  }

  protected httpBody(message: Buffer) {
    return readHttpBody(this.plan.responseFields, message);
  }

  /** The backend's metadata, but for its content type, with the status that HTTP has no place for. */
  protected metadata(status: GrpcStatus | undefined, trailers: IncomingHttpHeaders): OutgoingHttpHeaders {
    const headers = responseHeaders(this.initial, false);
    if (status) {
      headers['grpc-status'] = status.code === 0 ? '0' : String(status.code);
      if (trailers['grpc-message'] !== undefined) headers['grpc-message'] = trailers['grpc-message'];
      const details = trailers['grpc-status-details-bin'];
      if (details !== undefined && !this.exchange.context.options.convertGrpcStatus)
        headers['grpc-status-details-bin'] = details;
    }
    return headers;
  }

  /** Whether nothing came but these; the metadata is then among them. */
  protected hasTrailersOnly(trailers: IncomingHttpHeaders): boolean {
    if (Object.keys(this.initial).length > 0) return false;
    this.initial = withoutGrpc(trailers);
    return true;
  }

  /** The answer to a call that failed before anything was sent. */
  protected replyStatus(status: GrpcStatus, trailers: IncomingHttpHeaders, streams = false): void {
    const trailersOnly = this.hasTrailersOnly(trailers);
    const headers = this.metadata(status, trailers);
    if (!this.exchange.context.options.convertGrpcStatus) {
      // Envoy leaves the type of an answer that has trailers only, but for streams.
      const events = streams && this.exchange.context.options.streamSseStyleDelimited;
      const type = events ? 'text/event-stream' : 'application/json';
      headers['content-type'] = trailersOnly && !streams ? 'application/grpc' : type;
      reply(this.exchange, httpStatusOf(status.code), headers, '');
      return;
    }
    headers['content-type'] = 'application/json';
    const { json, complete } = this.statusJson(status);
    if (complete) {
      // The body says it all; Envoy drops them, too.
      delete headers['grpc-status'];
      delete headers['grpc-message'];
    }
    reply(this.exchange, httpStatusOf(status.code), headers, json);
  }

  /** `complete` is false when details had to be left out. */
  protected statusJson({ code, message, detailed }: GrpcStatus): { json: string; complete: boolean } {
    const { printer, options } = this.exchange.context;
    if (detailed) {
      try {
        return { json: printer.print(StatusSchema, Buffer.from(detailed)), complete: true };
      } catch {
        // A detail of a type that the descriptor set lacks: Envoy then sends no body at all. Code and message are
        // worth more to the caller than the same answer.
      }
    }
    const plain = options.alwaysPrintPrimitiveFields
      ? { code, message, details: [] }
      : { code, ...(message && { message }) };
    return { json: JSON.stringify(plain), complete: !detailed };
  }
}

/** The metadata among the headers of an answer that has trailers only. */
function withoutGrpc(trailers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { 'grpc-status': _, 'grpc-message': __, 'grpc-status-details-bin': ___, ...rest } = trailers;
  return rest;
}

function failureOf(error: unknown): { status: number; message: string } {
  if (error instanceof DeadlineError) return { status: 504, message: error.message };
  if (error instanceof FrameError) {
    return {
      status: 500,
      message: "Response not transcoded because the transcoder's internal buffer size exceeds the configured limit.",
    };
  }
  return upstreamFailure(error);
}
