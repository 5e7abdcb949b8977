import type { UnescapeSpec } from './path/percent.ts';

/** `transcoder` is Envoy's bare filter, `espv2` adds what ESPv2 puts around it, `strict` refuses what is ambiguous. */
export type GatewayMode = 'transcoder' | 'espv2' | 'strict';

/** Settings of Envoy's filter and of what ESPv2 puts around it, by their upstream names in camelCase. */
export interface TranscodingOptions {
  /** Methods without a rule are at POST /pkg.Service/Method with body "*". */
  autoMapping: boolean;
  /** Every method is there, beside its rule: what ESPv2 does. */
  defaultBinding: boolean;
  /** A failed call answers google.rpc.Status as JSON; else its code is in headers only and the body is empty. */
  convertGrpcStatus: boolean;
  /** Query parameters that are meant for the gateway and bind nothing. */
  ignoredQueryParameters: string[];
  /** Leave unknown query parameters out; else such a request is passed on untranslated and gRPC servers answer 415. */
  ignoreUnknownQueryParameters: boolean;
  /** `+` in a query is a space. */
  queryParamUnescapePlus: boolean;
  /** Take what follows the last `:` as a verb even when no rule has it. */
  matchUnregisteredCustomVerb: boolean;
  caseInsensitiveEnumParsing: boolean;
  urlUnescapeSpec: UnescapeSpec;
  /** Answer 404 to what no rule matches, else pass it on. */
  rejectUnknownMethod: boolean;
  /** Answer 400 to an unknown query parameter. */
  rejectUnknownQueryParameters: boolean;
  /** Answer 400 when the body contradicts the path or the query. */
  rejectBindingBodyFieldCollisions: boolean;
  alwaysPrintPrimitiveFields: boolean;
  alwaysPrintEnumsAsInts: boolean;
  preserveProtoFieldNames: boolean;
  /** Server streams as lines of JSON instead of one JSON array. */
  streamNewlineDelimited: boolean;
  /** Server streams as server-sent events instead of one JSON array. */
  streamSseStyleDelimited: boolean;
  /** Bytes of a request body at most; 0 = connectionBufferLimitBytes. */
  maxRequestBodySize: number;
  /** Bytes of a message in a response at most; 0 = connectionBufferLimitBytes. */
  maxResponseBodySize: number;
  /** Bytes; 1 MiB. */
  connectionBufferLimitBytes: number;
  /** Path that answers 200 by itself; empty = none. */
  healthz: string;
  /** `*` and `**` in ESPv2's routes match no `:`. */
  disallowColonInWildcardPathSegment: boolean;
  /** `basic` or `cors_with_regex`; empty = no CORS. */
  corsPreset: string;
  corsAllowOrigin: string;
  corsAllowMethods: string;
  corsAllowHeaders: string;
  corsExposeHeaders: string;
  corsAllowCredentials: boolean;
  /** How long browsers keep a preflight answer, as `480h`. */
  corsMaxAge: string;
  /** Issuer of the tokens that authRequired asks for. */
  issuer: string;
  audiences: string[];
  /** Full names of the methods that need a token. */
  authRequired: string[];
}

export const DEFAULT_OPTIONS: Readonly<TranscodingOptions> = {
  autoMapping: false,
  defaultBinding: false,
  convertGrpcStatus: false,
  ignoredQueryParameters: [],
  ignoreUnknownQueryParameters: false,
  queryParamUnescapePlus: false,
  matchUnregisteredCustomVerb: false,
  caseInsensitiveEnumParsing: false,
  urlUnescapeSpec: 'ALL_CHARACTERS_EXCEPT_RESERVED',
  rejectUnknownMethod: false,
  rejectUnknownQueryParameters: false,
  rejectBindingBodyFieldCollisions: false,
  alwaysPrintPrimitiveFields: false,
  alwaysPrintEnumsAsInts: false,
  preserveProtoFieldNames: false,
  streamNewlineDelimited: false,
  streamSseStyleDelimited: false,
  maxRequestBodySize: 0,
  maxResponseBodySize: 0,
  connectionBufferLimitBytes: 1 << 20,
  healthz: '',
  disallowColonInWildcardPathSegment: false,
  corsPreset: '',
  corsAllowOrigin: '*',
  corsAllowMethods: 'GET, PUT, POST, DELETE, PATCH, OPTIONS',
  corsAllowHeaders:
    'DNT,User-Agent,X-User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization',
  corsExposeHeaders: 'Content-Length,Content-Range',
  corsAllowCredentials: false,
  corsMaxAge: '480h',
  issuer: '',
  audiences: [],
  authRequired: [],
};

/** What ESPv2 sets on the filter by itself. */
export const ESPV2_OPTIONS: Readonly<Partial<TranscodingOptions>> = {
  autoMapping: true,
  defaultBinding: true,
  convertGrpcStatus: true,
  queryParamUnescapePlus: true,
  ignoredQueryParameters: ['access_token', 'api_key', 'key'],
};

/** What the options of a fixed set of values may be. */
const CHOICES: Readonly<Record<string, readonly unknown[]>> = {
  urlUnescapeSpec: ['ALL_CHARACTERS_EXCEPT_RESERVED', 'ALL_CHARACTERS_EXCEPT_SLASH', 'ALL_CHARACTERS'],
  corsPreset: ['', 'basic', 'cors_with_regex'],
};

/**
 * Reads options by their upstream names (`always_print_primitive_fields`).
 * @throws Error that lists every unknown name and every value of a wrong type
 */
export function parseOptions(json: unknown): Partial<TranscodingOptions> {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Error('options must be a JSON object');
  const found: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(json)) {
    const key = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const expected = DEFAULT_OPTIONS[key as keyof TranscodingOptions] as unknown;
    if (expected === undefined) problems.push(`unknown option "${name}"`);
    else if (kind(value) !== kind(expected)) {
      problems.push(`option "${name}" is ${JSON.stringify(value)}, expected a ${kind(expected)}`);
    } else if (CHOICES[key]?.includes(value) === false) {
      problems.push(`option "${name}" is ${JSON.stringify(value)}, expected one of ${CHOICES[key].join(', ')}`);
    } else found[key] = value;
  }
  if (problems.length) throw new Error(problems.join('; '));
  return found;
}

function kind(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value;
}
