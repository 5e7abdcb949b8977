// Bundles one app's compiled entry into one file: node tools/build/bundle.mjs dist/main.js bundle/main.mjs
// What is type-checked is what ships: the input is tsc's output, not the sources.
import { rolldown } from 'rolldown';
import { staticNestImports } from './static-nest-imports.mjs';

/** Packages that Nest and gax load only when a feature is used that we do not use. */
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

const [input, file] = process.argv.slice(2);
if (!input || !file) {
  console.error('usage: node tools/build/bundle.mjs <compiled entry> <output file>');
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
  plugins: [staticNestImports()],
});
const { output } = await bundle.write({
  file,
  format: 'esm',
  sourcemap: true,
  minify: true,
  keepNames: true,
  codeSplitting: false,
});
await bundle.close();
console.log(
  `${file}: ${Math.round(output[0].code.length / 1024)} KiB in ${Math.round(performance.now() - started)} ms`,
);
