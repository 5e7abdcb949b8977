import type { DevelopmentKeys } from '@kiban/auth';
import type { PubSubConnection } from '@kiban/pubsub';
import { DATABASES, type DatabaseName, SERVICES } from './services.ts';
import type { StatePaths } from '../paths.ts';

/** Ports that stay the same for the whole run, so that a restarted service is found where it was. */
export interface ServicePorts {
  readonly grpc: number;
  readonly ops: number;
}

export interface Surroundings {
  readonly paths: StatePaths;
  readonly keys: DevelopmentKeys;
  readonly ports: ReadonlyMap<string, ServicePorts>;
  readonly gatewayPort: number;
  /** `host:port` */
  readonly pubsub: string;
  readonly databaseUrl: (name: DatabaseName) => string | undefined;
}

/** What every process gets, the jobs too. What the caller has set itself wins. */
export function commonEnvironment({ paths, keys, ports, pubsub, databaseUrl }: Surroundings): NodeJS.ProcessEnv {
  const addresses = SERVICES.flatMap(({ name, addressVariable }) => {
    const port = ports.get(name)?.grpc;
    return addressVariable && port ? [[`${addressVariable}_ADDRESS`, `127.0.0.1:${port}`]] : [];
  });
  const defaults: NodeJS.ProcessEnv = {
    NODE_ENV: 'development',
    NODE_COMPILE_CACHE: paths.compileCache,
    // The Pub/Sub client asks Google's metadata server for credentials even with an emulator.
    METADATA_SERVER_DETECTION: 'none',
    // glibc keeps an arena for each thread otherwise: some 10 MB of each process.
    MALLOC_ARENA_MAX: '2',
    LOG_FORMAT: 'json',
    AUTH_JWKS_URL: keys.jwksFile,
    AUTH_ISSUER: keys.issuer,
    AUTH_AUDIENCE: keys.audience,
    PUBSUB_EMULATOR_HOST: pubsub,
    PUBSUB_PROJECT: 'kiban-local',
    MIGRATE_ON_START: '1',
    // One user at a time, and each connection is a process of PostgreSQL.
    DATABASE_MAX_CONNECTIONS: '4',
    DRAIN_MS: '3000',
    ...Object.fromEntries(addresses),
    ...Object.fromEntries(DATABASES.map((name) => [databaseVariable(name), databaseUrl(name)])),
  };
  return { ...defaults, ...set(process.env) };
}

/** Where the services find Pub/Sub, and what their topics are called there. */
export function pubsubOf(environment: NodeJS.ProcessEnv): PubSubConnection {
  return {
    project: environment['PUBSUB_PROJECT'],
    prefix: environment['PUBSUB_PREFIX'],
    emulatorHost: environment['PUBSUB_EMULATOR_HOST'],
  };
}

/** An empty variable counts as absent, as it does for the services. */
function set(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}

/** What one service gets. */
export function serviceEnvironment(name: string, surroundings: Surroundings): NodeJS.ProcessEnv {
  const ports = surroundings.ports.get(name);
  return {
    ...commonEnvironment(surroundings),
    GRPC_HOST: '127.0.0.1',
    ...(ports ? { GRPC_PORT: String(ports.grpc), OPS_PORT: String(ports.ops) } : {}),
    ...(name === 'gateway' ? { GATEWAY_HOST: '127.0.0.1', GATEWAY_PORT: String(surroundings.gatewayPort) } : {}),
  };
}

/** What the Pub/Sub emulator gets. */
export function emulatorEnvironment(surroundings: Surroundings): NodeJS.ProcessEnv {
  const { paths, pubsub } = surroundings;
  return {
    ...process.env,
    NODE_COMPILE_CACHE: paths.compileCache,
    MALLOC_ARENA_MAX: '2',
    PUBSUB_EMULATOR_BIND: '127.0.0.1',
    PUBSUB_EMULATOR_PORT: pubsub.slice(pubsub.lastIndexOf(':') + 1),
    PUBSUB_EMULATOR_ADMIN_PORT: '0',
    PUBSUB_EMULATOR_STATE: paths.pubsub,
  };
}

/** `DATABASE_URL_CONTENT`: set by the user it brings a PostgreSQL of their own in. */
export function databaseVariable(name: DatabaseName): string {
  return `DATABASE_URL_${name.toUpperCase()}`;
}
