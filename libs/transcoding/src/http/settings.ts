import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import type { TokenVerifier } from '@kiban/auth';
import type { Tracer } from '@opentelemetry/api';
import type { GatewayMode, TranscodingOptions } from '../options.ts';

/** One line of the access log. */
export interface AccessRecord {
  readonly method: string;
  /** The template that matched, `/v1/{name=articles/*}`: never the path itself, which may hold personal data. */
  readonly template: string | undefined;
  readonly rpc: string | undefined;
  readonly status: number;
  readonly durationMs: number;
  /** At most 128 letters, digits and `_.:-`: no escape is needed anywhere. */
  readonly requestId: string;
  /** 32 hexadecimal digits. */
  readonly traceId: string | undefined;
  /** Response body in bytes, before HTTP's own framing. */
  readonly bytes: number;
}

/** The policy for one method, by its full name. */
export interface MethodPolicy {
  /** Checks the token; a call without a good one is answered 401. Absent = open. */
  readonly verifier?: TokenVerifier;
  /** Default 15 s for unary calls; streams have none. */
  readonly deadlineMs?: number;
}

export interface GatewaySettings {
  readonly descriptorSet: FileDescriptorSet;
  /** Full names; absent = every service that has rules. */
  readonly services?: readonly string[];
  /** Default espv2. */
  readonly mode?: GatewayMode;
  /** Over the mode's own. */
  readonly options?: Partial<TranscodingOptions>;
  /** host:port of a service's backend. */
  readonly backend: (service: string) => string;
  readonly policy?: (selector: string) => MethodPolicy;
  /** Answers paths of its own; true when it did. Asked before anything else, with the path without its query. */
  readonly local?: (path: string, request: IncomingMessage, response: ServerResponse) => boolean;
  readonly onAccess?: (record: AccessRecord) => void;
  /** A request that strict mode would refuse (modes transcoder and espv2). */
  readonly onDoubt?: (problem: string, template: string) => void;
  /** How many proxies in front are trusted to have set X-Forwarded-For. Default 0: what the client sent is dropped. */
  readonly trustedHops?: number;
  /** How long a client may take for its headers, in ms; default 10 s. */
  readonly headersMs?: number;
  /** How long a client may take for the next piece of its body, in ms; default 15 s. */
  readonly bodyIdleMs?: number;
  /** Bodies of 1 KiB and more are compressed when the client accepts it. Default false. */
  readonly compress?: boolean;
  /** GETs carry an ETag and answer 304 to its If-None-Match. Default false. */
  readonly etags?: boolean;
  /** Makes a span for each request and one for its gRPC call, and sends W3C trace context on. Absent = no spans. */
  readonly tracer?: Tracer | undefined;
}
