import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes folder `to` hold what `from` does; what nobody imports any more goes last.
 * @returns how many files were written
 */
export function replaceFiles(from: string, to: string): number {
  mkdirSync(to, { recursive: true });
  const names = readdirSync(from);
  // The entry goes after what it imports.
  const ordered = names.toSorted((a, b) => Number(a.startsWith('main.')) - Number(b.startsWith('main.')));
  let changed = 0;
  for (const name of ordered) {
    if (existsSync(join(to, name)) && readFileSync(join(to, name)).equals(readFileSync(join(from, name)))) continue;
    copyFileSync(join(from, name), join(from, `.${name}`));
    renameSync(join(from, `.${name}`), join(to, name));
    changed += 1;
  }
  for (const name of readdirSync(to)) if (!names.includes(name)) rmSync(join(to, name), { recursive: true });
  return changed;
}
