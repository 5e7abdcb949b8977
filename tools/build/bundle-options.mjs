// What every bundle of an app has in common.
import { isBuiltin } from 'node:module';
import { quickStart } from './quick-start.mjs';

/**
 * What nobody uses of our libraries stays out, although it calls decorators when it is loaded: services that consume no events
 * need nothing of Google's Pub/Sub client, which is more than all the rest of them.
 */
export const treeshake = {
  moduleSideEffects: [{ test: /[\\/]libs[\\/][\w-]+[\\/](src|dist)[\\/]/, sideEffects: false }],
};

/** Packages that Nest, grpc-js and pg load only when a feature is used that we do not use. */
export const OPTIONAL = [
  'class-transformer',
  'class-validator',
  'class-transformer/storage',
  '@nestjs/websockets',
  '@nestjs/websockets/socket-module.js',
  '@nestjs/platform-express',
  'kafkajs',
  'mqtt',
  'amqplib',
  'amqp-connection-manager',
  '@nats-io/transport-node',
  'cache-manager',
  'pg-native',
  'pino-pretty',
];

/**
 * Our transport replaces Nest's, and grpc-js wants proto-loader for channelz and ORCA only, which we do not serve: 300
 * KiB of protobufjs that no service runs. Apps with google-gax use it, and get it, through gax's own import.
 */
const unused = { name: 'unused', resolveId: { filter: { id: /^@grpc\/proto-loader$/ }, handler: unusedInGrpcJs } };

function unusedInGrpcJs(id, importer) {
  return importer && /@grpc[\\/]grpc-js[\\/]/.test(importer) ? { id, external: true } : null;
}

export const plugins = [unused, ...quickStart];

/** Whether an import is of a package that is not ours, and not built into Node. */
export function isOfPackage(id) {
  return !/^([./\0]|[A-Z]:|@kiban\/)/i.test(id) && !isBuiltin(id);
}

const EXPECTED = new Set(['EVAL', 'UNRESOLVED_IMPORT']);

/** Prints what the bundler says, but for what is known of libraries: they eval, and import what is not installed. */
export function onLog(level, log, print) {
  if (!EXPECTED.has(log.code)) print(level, log);
}

/** How rolldown reads what ships. */
export const BUNDLED = { platform: 'node', tsconfig: false, external: OPTIONAL, onLog, plugins };

/** How rolldown writes what ships. */
export const WRITTEN = {
  format: 'esm',
  sourcemap: true,
  // Node keeps the whole map in memory from the first stack trace on; the sources in it are most of it.
  sourcemapExcludeSources: true,
  keepNames: true,
};
