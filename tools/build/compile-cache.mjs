// Keeps what V8 compiled of a bundle beside it: node tools/build/compile-cache.mjs apps/content/bundle ...
// Whoever makes an image of a bundle runs it before; nobody else needs it.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The images' Node is a package of this workspace; whatever Node runs this, V8 takes only what its own version made. */
const OURS = resolve(import.meta.dirname, '../../node_modules/.bin/node');
const NODE = existsSync(OURS) ? OURS : process.execPath;
/** As deploy/docker/Dockerfile runs Node: flags count like versions. */
const FLAGS = ['--max-semi-space-size=4', '--enable-source-maps'];

/** Imports what a bundle imports later, too, such as Google's client of a service that consumes. Then what a start does. */
const LOAD = `
const [, entry, ...chunks] = process.argv;
for (const chunk of chunks) await import(chunk).catch(() => {});
process.argv = [process.execPath, entry, '--help'];
await import(entry);`;

for (const dir of process.argv.slice(2)) keepCompiled(resolve(dir));

/**
 * Loads a bundle once and keeps what V8 compiled in `compile-cache` beside it, so that no pod compiles it again: --help
 * loads everything and begins nothing. Any folder and any user may use it (portable), but only the same Node on a processor
 * with the same features; others compile as if it were not there. Left alone when the bundle is the one that it was made of.
 */
function keepCompiled(dir) {
  const cache = join(dir, 'compile-cache');
  const stamp = join(cache, 'made-of');
  const modules = readdirSync(dir).filter((name) => name.endsWith('.mjs'));
  const madeOf = [...[NODE, ...modules.map((name) => join(dir, name))].map(described), ...FLAGS].join('\n');
  const before = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  if (before === madeOf) return;
  // Node replaces what was made of a file that changed; what was made of one that is gone would stay.
  rmSync(namesIn(before) === namesIn(madeOf) ? stamp : cache, { recursive: true, force: true });
  const chunks = modules.filter((name) => name !== 'main.mjs');
  const files = ['main.mjs', ...chunks].map((name) => pathToFileURL(join(dir, name)).href);
  spawnSync(NODE, [...FLAGS, '--input-type=module', '--eval', LOAD, ...files], {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: cache,
      NODE_COMPILE_CACHE_PORTABLE: '1',
    },
  });
  if (!existsSync(cache)) throw new Error(`${dir} could not be loaded: node ${join(dir, 'main.mjs')} --help says why`);
  // Node writes it for its owner alone; in an image everybody reads it.
  for (const found of readdirSync(cache, { recursive: true, withFileTypes: true })) {
    chmodSync(join(found.parentPath, found.name), found.isDirectory() ? 0o755 : 0o644);
  }
  writeFileSync(stamp, madeOf);
}

function namesIn(madeOf) {
  return madeOf.replaceAll(/ .*/g, '');
}

function described(file) {
  const { size, mtimeMs } = statSync(file);
  return `${basename(file)} ${size} ${Math.round(mtimeMs)}`;
}
