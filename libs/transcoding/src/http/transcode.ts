import type { Backend } from '../grpc/backend.ts';
import { frame } from '../grpc/frames.ts';
import { JsonArraySplitter } from '../json/array-splitter.ts';
import { JsonSyntaxError } from '../json/parse-json.ts';
import { type MethodPlan, takesStream } from '../rules/method-plan.ts';
import { RequestError } from '../rules/request-error.ts';
import { RequestTranslator } from '../rules/request-translator.ts';
import type { ResolvedBinding } from '../rules/weave.ts';
import type { Answer } from './answer.ts';
import { Call } from './call.ts';
import type { Exchange } from './context.ts';
import type { KnownRequest } from './known-requests.ts';
import { bodyText, readBody, readPieces } from './read-body.ts';
import { traceCall } from './spans.ts';
import { StreamAnswer } from './stream-answer.ts';
import { UnaryAnswer } from './unary-answer.ts';
import { CallHeaders } from './upstream-headers.ts';

const UNARY_DEADLINE_MS = 15_000;

/** Makes the call of a request that was made before. */
export function sendKnown(exchange: Exchange, { plan, framed }: KnownRequest, backend: Backend): void {
  new PendingCall(exchange, plan, backend).start(framed);
}

/**
 * Makes the gRPC call that a request asks for and answers with what comes back. `onMessage` hears the message of a
 * request that has no body, with gRPC's prefix.
 */
export function transcode(
  exchange: Exchange,
  plan: MethodPlan,
  bindings: readonly ResolvedBinding[],
  backend: Backend,
  doubt: (problem: string) => void,
  onMessage: (framed: Buffer) => void,
): Promise<void> | undefined {
  const { context } = exchange;
  const translator = new RequestTranslator(plan, bindings, {
    registry: context.api.registry,
    options: context.options,
    strictJson: context.mode === 'strict',
    doubt,
  });
  const call = new PendingCall(exchange, plan, backend);
  if (takesStream(plan)) {
    return streamRequest(exchange, plan, translator, call);
  }
  const send = (body: Buffer): void => {
    if (body.length > 0 && plan.body === '') doubt('the rule of this method takes no body');
    const message = plan.httpBodyIn
      ? translator.raw(body, exchange.request.headers['content-type'])
      : translator.json(bodyText(body, exchange.request));
    const framed = frame(message);
    if (body.length === 0 && !plan.httpBodyIn) onMessage(framed);
    call.start(framed);
  };
  const body = readBody(exchange);
  if (body instanceof Promise) return body.then(send);
  send(body);
  return undefined;
}

async function streamRequest(
  exchange: Exchange,
  plan: MethodPlan,
  translator: RequestTranslator,
  call: PendingCall,
): Promise<void> {
  try {
    if (plan.httpBodyIn) await streamRaw(exchange, translator, call);
    else await streamJson(exchange, translator, call);
  } catch (error) {
    call.cancel();
    throw error instanceof JsonSyntaxError ? new RequestError(400, error.message) : error;
  }
  call.end();
}

/** Each piece of the body becomes a message when it arrives. */
async function streamRaw(exchange: Exchange, translator: RequestTranslator, call: PendingCall): Promise<void> {
  let type = exchange.request.headers['content-type'];
  let sent = false;
  await readPieces(exchange, (chunk) => {
    const message = translator.raw(chunk, type);
    type = undefined;
    sent = true;
    return call.write(frame(message));
  });
  if (!sent) await call.write(frame(translator.raw(Buffer.alloc(0), type)));
}

/** Each element of the body's array becomes a message when it is complete. */
async function streamJson(exchange: Exchange, translator: RequestTranslator, call: PendingCall): Promise<void> {
  const splitter = new JsonArraySplitter();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const { maxRequestBytes } = exchange.context;
  await readPieces(exchange, async (chunk) => {
    // All or none of the elements that came together, as Envoy does it.
    const messages = splitter.push(decode(decoder, chunk)).map((element) => frame(translator.json(element)));
    for (const message of messages) await call.write(message);
    if (splitter.pending > maxRequestBytes) {
      throw new RequestError(413, 'One element of the list exceeds the configured limit.');
    }
  });
  splitter.end();
}

function decode(decoder: TextDecoder, chunk: Buffer): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    throw new RequestError(400, 'The request body is not valid UTF-8.');
  }
}

/** A call that starts with its first message, so that a request without a good one costs the backend nothing. */
class PendingCall {
  private readonly exchange: Exchange;
  private readonly plan: MethodPlan;
  private readonly backend: Backend;
  private call: Call | undefined;

  constructor(exchange: Exchange, plan: MethodPlan, backend: Backend) {
    this.exchange = exchange;
    this.plan = plan;
    this.backend = backend;
  }

  /** Starts the call; with `body` it is all of it. */
  start(body: Buffer | undefined): Call {
    if (this.call) return this.call;
    const { exchange, plan } = this;
    const { method } = plan;
    const streams = method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming';
    const answer: Answer = streams ? new StreamAnswer(exchange, plan) : new UnaryAnswer(exchange, plan);
    const deadlineMs =
      exchange.context.policyOf(plan.selector).deadlineMs ??
      (method.methodKind === 'unary' ? UNARY_DEADLINE_MS : undefined);
    const headers = new CallHeaders(exchange, plan.grpcPath);
    const call = new Call(this.backend, headers, body, traceCall(exchange, plan, headers, answer), {
      maxMessageBytes: exchange.context.maxMessageBytes,
      small: method.methodKind === 'unary',
      ...(deadlineMs !== undefined && { deadlineMs }),
    });
    exchange.call = call;
    this.call = call;
    return call;
  }

  write(framed: Buffer): Promise<void> | undefined {
    return this.start(undefined).write(framed);
  }

  end(): void {
    this.start(undefined).endRequest();
  }

  cancel(): void {
    this.call?.cancel();
  }
}
