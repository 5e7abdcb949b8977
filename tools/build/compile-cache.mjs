import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** As deploy/docker/Dockerfile runs Node: V8 takes only what it made under the same flags. */
const FLAGS = ['--max-semi-space-size=4', '--enable-source-maps'];

/** Imports what a bundle imports later, too: a service that consumes needs it before it serves. Then what a start does. */
const LOAD = `
const [, entry, ...chunks] = process.argv;
for (const chunk of chunks) await import(chunk).catch(() => {});
process.argv = [process.execPath, entry, '--help'];
await import(entry);`;

/**
 * Loads a bundle once and keeps what V8 compiled in `compile-cache` beside it, so that no pod compiles it again: --help
 * loads everything and begins nothing. Any folder and any user may use it (portable), but only the same Node on a processor
 * with the same features; others compile as if it were not there.
 */
export function keepCompiled(entry, chunks) {
  const dir = dirname(resolve(entry));
  const cache = join(dir, 'compile-cache');
  rmSync(cache, { recursive: true, force: true });
  const files = [entry, ...chunks].map((name) => pathToFileURL(join(dir, basename(name))).href);
  spawnSync(process.execPath, [...FLAGS, '--input-type=module', '--eval', LOAD, ...files], {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: cache,
      NODE_COMPILE_CACHE_PORTABLE: '1',
    },
  });
  // Node writes it for its owner alone; in an image everybody reads it.
  for (const found of readdirSync(cache, { recursive: true, withFileTypes: true })) {
    chmodSync(join(found.parentPath, found.name), found.isDirectory() ? 0o755 : 0o644);
  }
}
