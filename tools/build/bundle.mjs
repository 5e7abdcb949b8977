// Bundles one app's compiled entry: node tools/build/bundle.mjs [--readable] dist/main.js bundle/main.mjs
// --readable leaves names and lines as they are, in two thirds of the time: for the edit loop.
// What is type-checked is what ships: the input is tsc's output, not the sources. Code that is imported dynamically
// (tracing, Redis, ...) becomes files of its own beside the entry, so that a start neither reads nor parses it.
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { quickStart } from './quick-start.mjs';

/** Packages that Nest, grpc-js and pg load only when a feature is used that we do not use. */
const OPTIONAL = [
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
const UNUSED = { name: 'unused', resolveId: { filter: { id: /^@grpc\/proto-loader$/ }, handler: unusedInGrpcJs } };

function unusedInGrpcJs(id, importer) {
  return importer && /@grpc[\\/]grpc-js[\\/]/.test(importer) ? { id, external: true } : null;
}

const readable = process.argv[2] === '--readable';
const [input, file] = process.argv.slice(readable ? 3 : 2);
if (!input || !file) {
  console.error('usage: node tools/build/bundle.mjs [--readable] <compiled entry> <output file>');
  process.exit(2);
}

const started = performance.now();
const bundle = await rolldown({
  input,
  platform: 'node',
  tsconfig: false,
  external: OPTIONAL,
  onLog(level, log, print) {
    if (log.code === 'EVAL' || log.code === 'UNRESOLVED_IMPORT') return;
    print(level, log);
  },
  plugins: [UNUSED, ...quickStart],
});
const dir = dirname(file);
await removeOldFiles(dir);
const { output } = await bundle.write({
  dir,
  entryFileNames: basename(file),
  chunkFileNames: '[name]-[hash].mjs',
  format: 'esm',
  sourcemap: true,
  // Node keeps the whole map in memory from the first stack trace on; the sources in it are most of it.
  sourcemapExcludeSources: true,
  minify: !readable,
  keepNames: true,
});
await bundle.close();
const [entry, ...rest] = output
  .filter(({ type }) => type === 'chunk')
  .map(({ code }) => Math.round(code.length / 1024));
console.log(
  `${file}: ${entry} KiB, ${rest.reduce((sum, size) => sum + size, 0)} KiB in ${rest.length} files beside it, ` +
    `in ${Math.round(performance.now() - started)} ms`,
);

/** Names of chunks change with their content: what an earlier run wrote would stay for ever. */
async function removeOldFiles(dir) {
  const names = await readdir(dir).catch(() => []);
  for (const name of names) if (/\.mjs(\.map)?$/.test(name)) await rm(join(dir, name));
}
