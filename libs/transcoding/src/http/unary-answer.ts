import type { IncomingHttpHeaders } from 'node:http2';
import type { GrpcStatus } from '../grpc/grpc-status.ts';
import { Answer } from './answer.ts';
import { reply, replyError } from './reply.ts';

/** Answers a call with one response message. */
export class UnaryAnswer extends Answer {
  private found: Buffer | undefined;

  message(message: Buffer): void {
    this.found = message;
  }

  end(status: GrpcStatus, trailers: IncomingHttpHeaders): void {
    if (status.code !== 0) {
      this.replyStatus(status, trailers);
      return;
    }
    const headers = this.metadata(status, trailers);
    headers['content-type'] = 'application/json';
    if (!this.found) reply(this.exchange, 200, headers, '');
    else if (!this.plan.httpBodyOut) this.replyJson(this.found, headers);
    else if (this.found.length === 0) reply(this.exchange, 200, headers, '');
    else {
      const { contentType, data } = this.httpBody(this.found);
      headers['content-type'] = contentType;
      reply(this.exchange, 200, headers, data);
    }
  }

  private replyJson(message: Buffer, headers: ReturnType<Answer['metadata']>): void {
    let json: string;
    try {
      json = this.print(message);
    } catch (error) {
      replyError(this.exchange, {
        status: 502,
        message: `The backend's answer is no ${this.plan.method.output.typeName}: ${(error as Error).message}`,
      });
      return;
    }
    reply(this.exchange, 200, headers, json);
  }
}
