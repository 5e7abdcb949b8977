import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { closure, type WorkspacePackage } from './workspace.ts';

/** What a bundle is made of besides its packages: the compiler's settings, the bundler's, and every dependency. */
const SHARED = ['tsconfig.base.json', 'package-lock.json', 'tools/build/*.mjs'];
const OWN = ['package.json', 'tsconfig.json', '*.mjs', 'src/**/*.{ts,json}', 'gen/**/*'];

/** Hashes of everything that decides what the bundle of an app is, by file content. */
export class ContentHash {
  readonly #root: string;
  readonly #packages: ReadonlyMap<string, WorkspacePackage>;
  readonly #byDir = new Map<string, string>();

  constructor(root: string, packages: ReadonlyMap<string, WorkspacePackage>) {
    this.#root = root;
    this.#packages = packages;
  }

  /** Of an app with all libs it needs. */
  of(name: string): string {
    const parts = closure(this.#packages, name).map(({ dir }) => this.#files(dir, OWN));
    return digest([this.#files(this.#root, SHARED), ...parts]);
  }

  #files(dir: string, patterns: readonly string[]): string {
    const known = this.#byDir.get(dir);
    if (known) return known;
    const files = globSync([...patterns], { cwd: dir, withFileTypes: false })
      .filter((file) => /\.[a-z]+$/.test(file) && !file.endsWith('.spec.ts') && file !== 'jest.config.mjs')
      .toSorted((a, b) => (a < b ? -1 : 1));
    const hash = digest(files.flatMap((file) => [file, readFileSync(join(dir, file))]));
    this.#byDir.set(dir, hash);
    return hash;
  }
}

function digest(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}
