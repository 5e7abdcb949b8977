import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes folder `to` hold the modules that `from` does; what nobody imports any more goes last. Other files stay, and so do
 * those that `same` knows to be as they were: they are not even read.
 * @returns how many files were written
 */
export function replaceFiles(from: string, to: string, same: (name: string) => boolean = () => false): number {
  mkdirSync(to, { recursive: true });
  const names = readdirSync(from);
  // The entry goes after what it imports.
  const ordered = names.toSorted((a, b) => Number(a.startsWith('main.')) - Number(b.startsWith('main.')));
  let changed = 0;
  for (const name of ordered) {
    if (same(name)) continue;
    if (existsSync(join(to, name)) && readFileSync(join(to, name)).equals(readFileSync(join(from, name)))) continue;
    copyFileSync(join(from, name), join(from, `.${name}`));
    renameSync(join(from, `.${name}`), join(to, name));
    changed += 1;
  }
  for (const name of readdirSync(to)) if (/\.mjs(\.map)?$/.test(name) && !names.includes(name)) rmSync(join(to, name));
  return changed;
}
