// Bundles one app's compiled entry: node tools/build/bundle.mjs dist/main.js bundle/main.mjs
// What is type-checked is what ships: the input is tsc's output, not the sources. Code that is imported dynamically
// (tracing, Redis, ...) becomes files of its own beside the entry, so that a start neither reads nor parses it. What all
// these use of packages, nine tenths of a bundle and of the work, is bundled apart and kept as long as it stays the same.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { rolldown } from 'rolldown';
import { BUNDLED, isOfPackage, OPTIONAL, treeshake, WRITTEN } from './bundle-options.mjs';
import { linkVendor } from './link-vendor.mjs';
import { isVendor, keepVendor } from './vendor.mjs';

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
const dir = resolve(dirname(file));
const bundle = await rolldown({ ...BUNDLED, input, external: isOfPackage, treeshake });
const { output } = await bundle.generate({
  ...WRITTEN,
  dir,
  entryFileNames: basename(file),
  chunkFileNames: '[name].mjs',
});
await bundle.close();

const own = new Set([...OPTIONAL, ...output.map(({ fileName }) => fileName)]);
const chunks = output.filter(({ type }) => type === 'chunk');
const linked = chunks.map((chunk) => linkVendor(chunk, (name) => isOfPackage(name) && !own.has(name)));
await mkdir(dir, { recursive: true });
const made = await keepVendor(dir, new Map(linked.flatMap(({ vendor }) => (vendor ? [vendor] : []))));
await removeOldFiles();
for (const { fileName, source } of output) if (source !== undefined) await writeFile(join(dir, fileName), source);
for (const { fileName, code } of linked) await writeFile(join(dir, fileName), code);
const kibibytes = Math.round(linked.reduce((sum, { code }) => sum + code.length, 0) / 1024);
console.log(
  `${file}: ${kibibytes} KiB in ${linked.length} files, packages ${made ? 'bundled anew' : 'as they were'}, ` +
    `in ${Math.round(performance.now() - started)} ms`,
);

/** What is no longer imported would stay for ever. */
async function removeOldFiles() {
  const names = await readdir(dir);
  for (const name of names) if (/\.mjs(\.map)?$/.test(name) && !isVendor(name)) await rm(join(dir, name));
}
