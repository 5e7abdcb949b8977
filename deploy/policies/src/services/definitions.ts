import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AUTH_VARIABLES, ConfigError, readConfig, type ServiceDefinition } from '@kiban/service';
import { ROOT } from '../load.ts';
import { isCompiled, SERVICE_APPS } from './app-sources.ts';

/** How one app reads its environment. */
export interface AppConfiguration {
  readonly name: string;
  /** Variables that it knows. Undefined: it does not say. */
  readonly variables?: readonly string[];
  /** Has commands of this name. */
  readonly commands: readonly string[];
  /** What it says about an environment, one sentence for each problem. */
  readonly problems: (env: NodeJS.ProcessEnv) => string[];
}

const COMMON = /^(GRPC|OPS|LOG|AUTH|DRAIN|OTEL|MAX_IN_FLIGHT|GOOGLE_CLOUD)/;

/** Every app that runs for ever, asked for its own opinion: nothing about its variables is written down twice. */
export async function loadConfigurations(): Promise<ReadonlyMap<string, AppConfiguration>> {
  if (!isCompiled()) throw new Error('The apps are not compiled: run npm run build, then this again.');
  const services = await Promise.all(SERVICE_APPS.map(async (app) => serviceConfiguration(app.name, await load(app))));
  const apps = [...services, await gatewayConfiguration(), await emulatorConfiguration()];
  return new Map(apps.map((app) => [app.name, app]));
}

/** Variables every service knows without listing them. */
export function isCommon(variable: string): boolean {
  return COMMON.test(variable);
}

async function load({ module, exportName }: (typeof SERVICE_APPS)[number]): Promise<ServiceDefinition> {
  const loaded = (await import(pathToFileURL(module).href)) as Record<string, ServiceDefinition>;
  return loaded[exportName]!;
}

function serviceConfiguration(name: string, definition: ServiceDefinition): AppConfiguration {
  const required = definition.services.length ? AUTH_VARIABLES : [];
  return {
    name,
    variables: Object.keys(definition.config),
    commands: Object.keys(definition.commands ?? {}),
    problems: (env) => complaints(() => readConfig(name, definition.config, env, required)),
  };
}

async function gatewayConfiguration(): Promise<AppConfiguration> {
  const { readConfig: read } = (await importApp('gateway/dist/config.js')) as { readConfig: (env: unknown) => unknown };
  return { name: 'gateway', commands: [], problems: (env) => complaints(() => read(env)) };
}

async function emulatorConfiguration(): Promise<AppConfiguration> {
  const { readOptions } = (await importApp('pubsub-emulator/dist/options.js')) as {
    readOptions: (args: readonly string[], env: unknown) => unknown;
  };
  return { name: 'pubsub', commands: [], problems: (env) => complaints(() => readOptions([], env)) };
}

function importApp(path: string): Promise<unknown> {
  return import(pathToFileURL(join(ROOT, 'apps', path)).href) as Promise<unknown>;
}

function complaints(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    const lines = (error as Error).message.split('\n').map((line) => line.trim());
    return error instanceof ConfigError && lines.length > 1 ? lines.slice(1) : lines;
  }
}
