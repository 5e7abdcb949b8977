import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Span } from '@opentelemetry/api';
import type { Backend } from '../grpc/backend.ts';
import type { GatewayMode, TranscodingOptions } from '../options.ts';
import type { Api } from '../rules/api.ts';
import type { RouteTable } from '../rules/route-table.ts';
import type { JsonPrinter } from '../wire/print-message.ts';
import type { Call } from './call.ts';
import type { Cors } from './cors.ts';
import type { KnownRequest, KnownRequests } from './known-requests.ts';
import type { GatewaySettings, MethodPolicy } from './settings.ts';

/** What all requests of one gateway share. */
export interface Context {
  readonly settings: GatewaySettings;
  readonly mode: GatewayMode;
  readonly options: TranscodingOptions;
  readonly api: Api;
  readonly printer: JsonPrinter;
  readonly routes: RouteTable;
  readonly cors: Cors | undefined;
  readonly known: KnownRequests;
  readonly ignoredQuery: ReadonlySet<string>;
  readonly maxRequestBytes: number;
  readonly maxMessageBytes: number;
  readonly backendOf: (service: string) => Backend;
  /** The settings' policy, asked once for each method. */
  readonly policyOf: (selector: string) => MethodPolicy;
  /** Ends each stream that runs, so that a shutdown need not wait for clients that watch for ever. */
  readonly openStreams: Set<() => void>;
}

/** One request and its answer. */
export interface Exchange {
  readonly context: Context;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** By `performance.now()`. */
  readonly started: number;
  readonly requestId: string;
  /** What the backend hears as the path, with the query: as the client sent it, normalised but in transcoder mode. */
  originalPath: string;
  method: string;
  /** Normalised, without the query. */
  path: string;
  query: string;
  /** Of the answer's body, so far. */
  bytes: number;
  known: KnownRequest | undefined;
  /** Absent when no spans are made. */
  span: Span | undefined;
  template: string | undefined;
  rpc: string | undefined;
  /** Headers that the answer gets whatever it is. */
  extraHeaders: Readonly<Record<string, string>> | undefined;
  /** Goes to the backend beside the client's own headers. */
  upstreamHeaders: Readonly<Record<string, string>> | undefined;
  /**
   * Cancelled when the client leaves. No closure: V8 puts the contexts of one that is made for each call among the old
   * objects, and with it everything the call holds, until the next full collection. That was a third of all CPU time.
   */
  call: Call | undefined;
}
