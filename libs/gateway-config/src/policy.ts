import type { TranscodingOptions } from '@kiban/transcoding';

/** Who may call a method: anyone, the holder of a token of `users`, or Pub/Sub with a token of `push`. */
export type Access = 'public' | 'users' | 'push';

/** Where tokens come from. */
export interface TokenSource {
  readonly issuer: string;
  readonly audience: string | readonly string[];
  /** http(s) URL; the local gateway takes a file, too. */
  readonly jwks: string;
}

/** What a gateway must know beyond the protos. One policy makes ESPv2's, Envoy's and the local gateway's config. */
export interface GatewayPolicy {
  /** Full names of the services that face the outside. */
  readonly services: readonly string[];
  /** `host:port` by service, for the generated configs. */
  readonly backends: Readonly<Record<string, string>>;
  /** By method, full name. A method that is missing here is a lint error: nothing is open by oversight. */
  readonly access: Readonly<Record<string, Access>>;
  /** By method; the others have `defaultDeadlineMs`. Streams have none. */
  readonly deadlinesMs: Readonly<Record<string, number>>;
  readonly defaultDeadlineMs: number;
  readonly options: Partial<TranscodingOptions>;
  /** Path variables that a body may set, too, and why that is harmless: `selector field`. */
  readonly settableFromBody: Readonly<Record<string, string>>;
}
