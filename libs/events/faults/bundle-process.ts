import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * One file out of a process of the harness: a killed process is started again hundreds of times, and loading sources one by
 * one takes most of a second. Bundled by a process of its own: rolldown refuses the arrays of Jest's realm.
 * @param name file beside this one, without `.ts`
 */
export async function bundleProcess(name: string): Promise<string> {
  const here = import.meta.dirname;
  const folder = join(here, '../dist/faults');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}-${process.pid}.mjs`);
  await promisify(execFile)(process.execPath, [join(here, 'bundle-main.ts'), join(here, `${name}.ts`), file]);
  return file;
}
