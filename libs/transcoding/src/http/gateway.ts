import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
// The global of this name is a getter, which costs more than what it gives.
import { performance } from 'node:perf_hooks';
import { Backend } from '../grpc/backend.ts';
import { DEFAULT_OPTIONS, ESPV2_OPTIONS, type TranscodingOptions } from '../options.ts';
import { loadApi } from '../rules/api.ts';
import { RouteTable } from '../rules/route-table.ts';
import { JsonPrinter } from '../wire/print-message.ts';
import { answerClientError } from './client-error.ts';
import type { Context, Exchange } from './context.ts';
import { Cors } from './cors.ts';
import { accessRecord } from './access-record.ts';
import { handle } from './handle.ts';
import { KnownRequests } from './known-requests.ts';
import type { GatewaySettings, MethodPolicy } from './settings.ts';
import { endRequestSpan } from './spans.ts';

/** A REST server that answers from gRPC backends. */
export interface Gateway {
  readonly server: Server;
  readonly options: TranscodingOptions;
  /** Full names of the methods that it serves. */
  readonly selectors: readonly string[];
  /** The path templates that it serves. */
  readonly paths: readonly string[];
  /** @returns the port; 0 asks for a free one */
  listen(port: number, host?: string): Promise<number>;
  /** Takes no new connections and resolves when the running requests are answered, or after `graceMs` (10 s). */
  close(graceMs?: number): Promise<void>;
}

/**
 * Builds a gateway from a descriptor set.
 * @throws GatewayConfigError that lists every mistake of the rules
 */
export function createGateway(settings: GatewaySettings): Gateway {
  const mode = settings.mode ?? 'espv2';
  const options = { ...DEFAULT_OPTIONS, ...(mode !== 'transcoder' && ESPV2_OPTIONS), ...settings.options };
  const api = loadApi(settings.descriptorSet, settings.services, options);
  const backends = new Map<string, Backend>();
  const policies = new Map<string, MethodPolicy>();
  const context: Context = {
    settings,
    mode,
    options,
    api,
    printer: new JsonPrinter(api.registry, options),
    routes: new RouteTable(api.plans, options.disallowColonInWildcardPathSegment),
    cors: options.corsPreset ? new Cors(options) : undefined,
    known: new KnownRequests(),
    ignoredQuery: new Set(options.ignoredQueryParameters),
    maxRequestBytes: options.maxRequestBodySize || options.connectionBufferLimitBytes,
    maxMessageBytes: options.maxResponseBodySize || options.connectionBufferLimitBytes,
    openStreams: new Set(),
    backendOf(service) {
      const address = settings.backend(service);
      let backend = backends.get(address);
      if (!backend) backends.set(address, (backend = new Backend(address)));
      return backend;
    },
    policyOf(selector) {
      let policy = policies.get(selector);
      if (!policy) policies.set(selector, (policy = settings.policy?.(selector) ?? {}));
      return policy;
    },
  };
  const server = createServer(
    // Envoy's limit for all headers together; a client has 10 s for them, and 5 minutes for the whole request.
    {
      maxHeaderSize: 60 * 1024,
      headersTimeout: settings.headersMs ?? 10_000,
      requestTimeout: 300_000,
      keepAliveTimeout: 60_000,
      connectionsCheckingInterval: Math.min(settings.headersMs ?? 10_000, 2_000),
      // Most requests have no body: a stream that ends costs each of them as much as its headers (Node 24.12 and later).
      optimizeEmptyRequests: true,
    },
    (request, response) => serve(context, request, response),
  );
  server.maxHeadersCount = 0;
  server.on('clientError', (error, socket) => answerClientError(error, socket as Socket, mode === 'transcoder'));
  return {
    server,
    options,
    paths: [...new Set(api.plans.map((plan) => plan.template))],
    selectors: [...new Set(api.plans.map((plan) => plan.selector))],
    listen: (port, host = '127.0.0.1') => listen(server, port, host),
    close: (graceMs = 10_000) => close(server, context, backends.values(), graceMs),
  };
}

const REQUEST_ID = /^[\w.:-]{1,128}$/;

function serve(context: Context, request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const sentId = request.headers['x-request-id'];
  const exchange: Exchange = {
    context,
    request,
    response,
    started: performance.now(),
    requestId: typeof sentId === 'string' && REQUEST_ID.test(sentId) ? sentId : randomUUID(),
    originalPath: url,
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    bytes: 0,
    known: undefined,
    span: undefined,
    template: undefined,
    rpc: undefined,
    extraHeaders: undefined,
    upstreamHeaders: undefined,
    call: undefined,
  };
  // One for all who want to hear of the end.
  response.on('close', () => closed(exchange));
  handle(exchange);
}

/** The answer is sent, or nobody waits for it any more. */
function closed(exchange: Exchange): void {
  const { context, request, response, span } = exchange;
  if (!response.writableFinished) exchange.call?.cancel();
  const { onAccess } = context.settings;
  if (!onAccess && !span) return;
  const status = response.writableFinished || response.headersSent ? response.statusCode : 499;
  if (span) endRequestSpan(span, exchange, status);
  onAccess?.(accessRecord(exchange, status, span?.spanContext().traceId ?? sentTraceId(request)));
}

function sentTraceId({ headers }: IncomingMessage): string | undefined {
  const sent = headers['traceparent'];
  return sent === undefined ? undefined : /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(String(sent))?.[1];
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function close(server: Server, context: Context, backends: Iterable<Backend>, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const finish of context.openStreams) finish();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
  for (const backend of backends) backend.close();
}
