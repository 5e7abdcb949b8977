// The part of an app's bundle that packages make up.
import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { BUNDLED, WRITTEN } from './bundle-options.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const MADE_OF = 'vendor.made-of';

/** Whether a file of a bundle is of its vendor part. */
export function isVendor(name) {
  return name.startsWith('vendor.');
}

/**
 * Makes the vendor files of a bundle in `dir`, an entry `<name>.mjs` of each `[name, code]` of `modules`, unless they are
 * there and were made of the same modules, packages and tools. Answers whether it made them.
 */
export async function keepVendor(dir, modules) {
  const stamp = join(dir, MADE_OF);
  const digest = digestOf(modules);
  const now = () => [digest, ...filesIn(dir)].join('\n');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now()) return false;
  for (const name of readdirSync(dir)) if (isVendor(name)) rmSync(join(dir, name));
  if (modules.size) await bundleVendor(dir, modules);
  writeFileSync(stamp, now());
  return true;
}

async function bundleVendor(dir, modules) {
  // As if they lay in the bundle: what a CommonJS package's default is depends on who imports it.
  const codes = new Map([...modules].map(([name, code]) => [join(dir, `${name}.entry.mjs`), code]));
  const entries = {
    name: 'entries',
    resolveId: (id) => (codes.has(id) ? id : null),
    load: (id) => codes.get(id) ?? null,
  };
  const bundle = await rolldown({
    ...BUNDLED,
    preserveEntrySignatures: 'allow-extension',
    input: Object.fromEntries([...modules.keys()].map((name) => [name, join(dir, `${name}.entry.mjs`)])),
    plugins: [entries, ...BUNDLED.plugins],
  });
  await bundle.write({
    ...WRITTEN,
    // For profiles alone: Node would count the lines of each file at every start, and read 20 MB at the first stack trace.
    sourcemap: 'hidden',
    dir,
    entryFileNames: '[name].mjs',
    chunkFileNames: 'vendor.[name]-[hash].mjs',
    // Shorter names and rewritten code would save neither time of a start nor more than 2 MB, and take half of the bundling.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  await bundle.close();
}

/** Packages are what the lockfile says: they are not read for this. */
function digestOf(modules) {
  const files = ['package-lock.json', ...readdirSync(import.meta.dirname).map((name) => join('tools/build', name))].map(
    (file) => readFileSync(join(ROOT, file), 'utf8'),
  );
  return hash('sha256', JSON.stringify([process.version, files, [...modules]]));
}

function filesIn(dir) {
  return readdirSync(dir)
    .filter((name) => isVendor(name) && name !== MADE_OF)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => `${name} ${statSync(join(dir, name)).size}`);
}
