// Bundles one app's compiled entry: node tools/build/bundle.mjs dist/main.js bundle/main.mjs
// What is type-checked is what ships: the input is tsc's output, not the sources. Code that is imported dynamically
// (tracing, Redis, ...) becomes files of its own beside the entry, so that a start neither reads nor parses it.
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { rolldown } from 'rolldown';
import { onLog, OPTIONAL, plugins, treeshake } from './bundle-options.mjs';

const [input, file] = process.argv.slice(2);
if (!input || !file) {
  console.error('usage: node tools/build/bundle.mjs <compiled entry> <output file>');
  process.exit(2);
}

// Whoever compiles meanwhile says when it has: reading the bundler takes as long as a small bundle.
if (process.env.KIBAN_BUNDLE_WHEN_TOLD) {
  const told = await text(process.stdin);
  if (!told) process.exit(1);
}
const started = performance.now();
const bundle = await rolldown({
  input,
  platform: 'node',
  tsconfig: false,
  external: OPTIONAL,
  onLog,
  plugins,
  treeshake,
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
  // Shorter names and rewritten code would save neither time of a start nor more than 2 MB, and take half of the bundling.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  keepNames: true,
});
await bundle.close();
const [entry, ...rest] = output.flatMap(({ type, code }) => (type === 'chunk' ? [Math.round(code.length / 1024)] : []));
console.log(
  `${file}: ${entry} KiB, ${rest.reduce((sum, size) => sum + size, 0)} KiB in ${rest.length} files beside it, ` +
    `in ${Math.round(performance.now() - started)} ms`,
);

/** Names of chunks change with their content: what an earlier run wrote would stay for ever. */
async function removeOldFiles(dir) {
  const names = await readdir(dir).catch(() => []);
  for (const name of names) if (/\.mjs(\.map)?$/.test(name)) await rm(join(dir, name));
}
