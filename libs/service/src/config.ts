import * as z from 'zod';

/** Configuration that cannot be used: the message lists every problem. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const ADDRESS = 'expected host:port, such as content:50051';

/** `host:port` of another service. */
export const address = () =>
  z
    .string(ADDRESS)
    .regex(/^(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$|^\w+:\/\//, ADDRESS)
    .describe('address of a service');

/** A port; 0 takes a free one. */
const port = () => z.coerce.number('expected a port').int().min(0).max(65535);

/** A whole number of milliseconds. */
export const milliseconds = () => z.coerce.number('expected a number of milliseconds').int().min(0).max(86_400_000);

/** `1`, `true`, `yes` or `on` is true; `0`, `false`, `no` or `off` is false. */
export const flag = () => z.stringbool({ error: 'expected 1 or 0' });

/** Where a database is. */
export const postgresUrl = () =>
  z.url({ protocol: /^postgres(ql)?$/, error: 'expected postgres://user:password@host:port/database' });

/** Connections to a database at most, of each replica. */
export const connections = () => z.coerce.number('expected a number').int().min(2).max(500).default(10);

/** What every service reads. */
export const COMMON = {
  GRPC_HOST: z.string().default('0.0.0.0'),
  GRPC_PORT: port().default(50051),
  OPS_PORT: port().default(9090),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  LOG_FORMAT: z.enum(['json', 'pretty']).optional(),
  AUTH_JWKS_URL: z.string().optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  /** How long calls in flight and consumers may take to end, ms. */
  DRAIN_MS: milliseconds().default(10_000),
  /** How long the service goes on answering after it said that it will stop, ms: load balancers need to notice. */
  DRAIN_DELAY_MS: milliseconds().default(0),
  /** Calls answered at the same time; more get RESOURCE_EXHAUSTED. */
  MAX_IN_FLIGHT: z.coerce.number().int().min(1).default(512),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: 'expected an http(s) URL' }).optional(),
  /** Share of the traces begun here that is recorded, 0 to 1; a caller's decision is followed. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number('expected a number from 0 to 1').min(0).max(1).default(1),
  /** Adds the project to trace names, so that Cloud Logging links lines to traces. */
  GOOGLE_CLOUD_PROJECT: z.string().optional(),
} satisfies z.ZodRawShape;

export type CommonConfig = z.infer<z.ZodObject<typeof COMMON>>;
export type ConfigOf<Shape extends z.ZodRawShape> = CommonConfig & z.infer<z.ZodObject<Shape>>;

/** Variables that must be set as soon as a service has an rpc that is not public. */
export const AUTH_VARIABLES = ['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE'] as const;

/**
 * Reads and checks the environment, where an empty variable counts as absent. Throws one ConfigError that names every
 * problem: variable, what was found, what is allowed.
 */
export function readConfig<Shape extends z.ZodRawShape>(
  service: string,
  shape: Shape,
  env: NodeJS.ProcessEnv,
  required: readonly (keyof typeof COMMON)[] = [],
): ConfigOf<Shape> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  // Code generated for one parse costs more than the parse.
  const parsed = z.object({ ...COMMON, ...shape }).safeParse(given, { reportInput: false, jitless: true });
  const problems = new Map<string, string>();
  for (const issue of parsed.error?.issues ?? []) {
    const name = issue.path.join('.');
    problems.set(name, [problems.get(name), issue.message].filter(Boolean).join('; '));
  }
  for (const name of required) if (!given[name]) problems.set(name, 'expected a value');
  if (!parsed.success || problems.size) throw new ConfigError(report(service, problems, given));
  return parsed.data as ConfigOf<Shape>;
}

function report(service: string, problems: Map<string, string>, given: Record<string, string | undefined>): string {
  const count = problems.size === 1 ? 'a problem' : `${problems.size} problems`;
  const width = Math.max(...[...problems.keys()].map((name) => name.length));
  const lines = [...problems].map(([name, message]) => {
    const value = given[name];
    return `  ${name.padEnd(width)}  ${value === undefined ? 'is not set' : `is ${JSON.stringify(shown(name, value))}`}: ${plain(message, value)}`;
  });
  return `${service} cannot start: ${count} in its environment\n${lines.join('\n')}`;
}

function plain(message: string, value: string | undefined): string {
  return value === undefined ? message.replace(/^Invalid input: (.*), received undefined$/, '$1') : message;
}

/** Secrets end in no log: credentials in URLs are masked, and so are variables whose name speaks of a secret. */
function shown(name: string, value: string): string {
  if (/SECRET|PASSWORD|TOKEN|PRIVATE/i.test(name)) return '***';
  const safe = value.replace(/\/\/[^/@]*@/, '//***@');
  return safe.length > 100 ? `${safe.slice(0, 100)}...` : safe;
}
