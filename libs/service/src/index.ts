export { Allow, type AllowRule } from './allow.ts';
export { bootstrapService } from './bootstrap-service.ts';
export { withoutAllow } from './check-allow.ts';
export {
  address,
  AUTH_VARIABLES,
  type CommonConfig,
  ConfigError,
  type ConfigOf,
  connections,
  flag,
  milliseconds,
  postgresUrl,
  readConfig,
} from './config.ts';
export type { Logger } from './logger.ts';
export type { Runtime } from './runtime.ts';
export type { ServiceDefinition } from './service-definition.ts';
export { type RunningService, startService, type StartOptions } from './start-service.ts';
