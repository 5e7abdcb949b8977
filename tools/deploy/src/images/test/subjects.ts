/** One app as the image test runs it. */
export interface Subject {
  readonly app: string;
  /** Port and protocol that say that it serves; none for what runs and ends. */
  readonly health?: { readonly kind: 'grpc' | 'http'; readonly port: number };
  /** What it logs when it serves. */
  readonly says?: RegExp;
  readonly env: Readonly<Record<string, string>>;
  /** Arguments of the image; the default serves. */
  readonly args?: readonly string[];
  readonly migrates?: boolean;
  /** Whether topics and subscriptions are declared on it once it serves. */
  readonly declares?: boolean;
}

const DATABASE = (name: string): string => `postgres://postgres:kiban@127.0.0.1:5432/${name}`;
const AUTH = {
  AUTH_JWKS_URL: '/etc/kiban/auth/jwks.json',
  AUTH_ISSUER: 'https://kiban.local',
  AUTH_AUDIENCE: 'kiban',
};
const PUBSUB = {
  PUBSUB_EMULATOR_HOST: '127.0.0.1:8085',
  PUBSUB_PROJECT: 'kiban-local',
  METADATA_SERVER_DETECTION: 'none',
};

function service(app: string, port: number, env: Record<string, string>, migrates = false): Subject {
  const common = { GRPC_PORT: String(port), OPS_PORT: String(port - 40_000), DRAIN_MS: '3000', ...AUTH };
  return { app, health: { kind: 'grpc', port }, says: / serves"/, env: { ...common, ...env }, migrates };
}

/** All apps, in an order in which each finds what it needs. They share one network, so each has its own port. */
export const SUBJECTS: readonly Subject[] = [
  {
    app: 'pubsub-emulator',
    health: { kind: 'grpc', port: 8085 },
    says: /Pub\/Sub on/,
    declares: true,
    env: { PUBSUB_EMULATOR_BIND: '127.0.0.1', PUBSUB_EMULATOR_PORT: '8085', PUBSUB_EMULATOR_STATE: '/tmp/state' },
  },
  service('content', 50_051, { DATABASE_URL_CONTENT: DATABASE('content') }, true),
  service('content-similarity', 50_052, { DATABASE_URL_SIMILARITY: DATABASE('similarity'), ...PUBSUB }, true),
  service('recommendation', 50_053, { DATABASE_URL_RECOMMENDATION: DATABASE('recommendation'), ...PUBSUB }, true),
  service('outbox-relay', 50_054, {
    DATABASE_URL_CONTENT: DATABASE('content'),
    DATABASE_URL_RECOMMENDATION: DATABASE('recommendation'),
    ...PUBSUB,
  }),
  service('bff', 50_055, {
    CONTENT_ADDRESS: '127.0.0.1:50051',
    SIMILARITY_ADDRESS: '127.0.0.1:50052',
    RECOMMENDATION_ADDRESS: '127.0.0.1:50053',
  }),
  {
    app: 'gateway',
    health: { kind: 'http', port: 8080 },
    says: /"ready"/,
    env: {
      GATEWAY_HOST: '0.0.0.0',
      GATEWAY_PORT: '8080',
      BFF_ADDRESS: '127.0.0.1:50055',
      RECOMMENDATION_ADDRESS: '127.0.0.1:50053',
      ...AUTH,
    },
  },
  { app: 'jobs', args: ['main.mjs', 'prune-article-changes'], env: { DATABASE_URL_CONTENT: DATABASE('content') } },
];

/** Declares topics and subscriptions, as a cluster's first step does. */
export const TOPOLOGY: Subject = { app: 'jobs', args: ['main.mjs', 'apply-topology'], env: PUBSUB };
