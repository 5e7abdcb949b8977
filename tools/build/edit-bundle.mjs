// The bundler of the edit loop, for one app and as long as its parent lives: node tools/build/edit-bundle.mjs <app>, then
// a message `app` or `libraries` for each change; answers what buildBundle of tools/deploy says.
// Most edits are of the app's own files: these are one small file, made from the sources in some ten milliseconds. All that
// they import is bundled once beside it, and again when a library changes or another part of it is imported. Types are
// checked by whoever asks for bundles; what ships is made by bundle.mjs.
import { readdirSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { onLog, OPTIONAL, plugins, WRITTEN } from './bundle-options.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const app = process.argv[2];
const dir = join(ROOT, 'apps', app);
const out = join(dir, 'dist/edit');
const LIBRARY = 'lib.';
/** `lib.kiban-grpc` for `@kiban/grpc`: what an import becomes. */
const fileOf = (name) => LIBRARY + name.replace(/^@/, '').replaceAll(/[^\w-]/g, '-');
const COMMON = {
  platform: 'node',
  tsconfig: join(ROOT, 'tsconfig.base.json'),
  resolve: { conditionNames: ['@kiban/source', 'node', 'default'] },
  onLog(level, log, print) {
    if (log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT') onLog(level, log, print);
  },
};
const EDITED = { ...WRITTEN, dir: out, strictExecutionOrder: true };

let bundled = '';
await mkdir(out, { recursive: true });
process.on('message', (what) => {
  void build(what === 'libraries').then(
    (time) => process.send({ time }),
    (error) => process.send({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));

async function build(again) {
  const started = performance.now();
  const names = await bundleApp();
  const appMs = performance.now() - started;
  const wanted = names.join('\n');
  const libraries = again || wanted !== bundled;
  if (libraries) {
    await bundleLibraries(names);
    bundled = wanted;
  }
  return { appMs: Math.round(appMs), librariesMs: libraries ? Math.round(performance.now() - started - appMs) : 0 };
}

/** Writes main.mjs and answers which libraries it imports. */
async function bundleApp() {
  const names = new Set();
  const bundle = await rolldown({
    ...COMMON,
    input: join(dir, 'src/main.ts'),
    external(name) {
      if (/^([./\0]|@oxc-project\/runtime)/.test(name) || isBuiltin(name)) return false; // its own files and helpers
      names.add(name);
      return true;
    },
  });
  await bundle.write({
    ...EDITED,
    entryFileNames: 'main.mjs',
    chunkFileNames: '[name].mjs',
    paths: (name) => (names.has(name) ? `./${fileOf(name)}.mjs` : name),
  });
  await bundle.close();
  return [...names].toSorted((a, b) => (a < b ? -1 : 1));
}

async function bundleLibraries(names) {
  for (const file of readdirSync(out)) if (file.startsWith(LIBRARY)) rmSync(join(out, file));
  const exported = new Map(await Promise.all(names.map(async (name) => [name, await exportsOf(name)])));
  const entries = {
    name: 'entries',
    resolveId: (name) => (name.startsWith('\0entry:') ? name : null),
    load(id) {
      const name = id.startsWith('\0entry:') ? id.slice('\0entry:'.length) : undefined;
      return name === undefined ? null : { code: exported.get(name), moduleSideEffects: 'no-treeshake' };
    },
  };
  const bundle = await rolldown({
    ...COMMON,
    cwd: dir,
    input: Object.fromEntries(names.map((name) => [fileOf(name), `\0entry:${name}`])),
    external: OPTIONAL,
    plugins: [entries, ...plugins],
  });
  await bundle.write({ ...EDITED, entryFileNames: '[name].mjs', chunkFileNames: `${LIBRARY}[name].mjs` });
  await bundle.close();
}

/** An entry that exports what a library does. What a CommonJS package exports only Node itself knows. */
async function exportsOf(name) {
  return name.startsWith('@kiban/')
    ? `export * from ${JSON.stringify(name)};`
    : `export { ${Object.keys(await import(name))
        .filter((each) => each !== 'module.exports')
        .join(', ')} } from ${JSON.stringify(name)};`;
}
