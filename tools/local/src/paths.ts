import { join, relative, resolve } from 'node:path';

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, '../../..');

/** Where everything lies that a run leaves behind: `.kiban`, or the folder that KIBAN_STATE_DIR names. */
export interface StatePaths {
  readonly dir: string;
  readonly runFile: string;
  readonly logs: string;
  readonly keys: string;
  readonly postgres: string;
  readonly pubsub: string;
  readonly compileCache: string;
}

export function statePaths(dir = resolve(process.env['KIBAN_STATE_DIR'] || join(ROOT, '.kiban'))): StatePaths {
  return {
    dir,
    runFile: join(dir, 'run.json'),
    logs: join(dir, 'logs'),
    keys: join(dir, 'keys'),
    postgres: join(dir, 'postgres'),
    pubsub: join(dir, 'pubsub'),
    compileCache: join(dir, 'compile-cache'),
  };
}

/** A path as a person in the checkout would type it. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short && !short.startsWith('..') ? short : path;
}
