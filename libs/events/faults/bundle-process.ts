import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const FOLDER = join(import.meta.dirname, '../dist/faults');

/**
 * The environment of a bundled process: what the first one compiled, the others read. It has to call `keepCompiled`, since
 * Node writes its cache at the end of a process and these are killed.
 */
export function bundledEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { ...process.env, NODE_OPTIONS: '', NODE_COMPILE_CACHE: join(FOLDER, 'compiled'), ...more };
}

/**
 * One file out of a process of the harness: a killed process is started again hundreds of times, and loading sources one by
 * one takes most of a second. Bundled by a process of its own: rolldown refuses the arrays of Jest's realm.
 * @param name file beside this one, without `.ts`
 */
export async function bundleProcess(name: string): Promise<string> {
  const here = import.meta.dirname;
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${name}-${process.pid}.mjs`);
  await promisify(execFile)(process.execPath, [join(here, 'bundle-main.ts'), join(here, `${name}.ts`), file]);
  return file;
}
