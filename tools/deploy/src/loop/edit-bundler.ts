import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DeployError } from '../deploy-error.ts';
import { ROOT } from '../paths.ts';
import { replaceFiles } from './replace-files.ts';

/** What one change cost, ms. */
export interface BundleTime {
  readonly appMs: number;
  /** 0 when the libraries are as they were. */
  readonly librariesMs: number;
  /** Files of the bundle that are not what they were. */
  readonly changed: number;
}

/** Keeps one app's bundle as new as its sources, by a bundler that stays: an edit costs some ten milliseconds. */
export class EditBundler {
  readonly app: string;
  #child: ChildProcess | undefined;

  constructor(app: string) {
    this.app = app;
  }

  /**
   * Bundles again what changed. Only files whose content differs are written, each in one step, so that whoever watches
   * the folder copies no more than what changed and never half a file. Types are not looked at. Throws DeployError with
   * the bundler's words, and the bundle stays as it was.
   */
  async build(changed: 'app' | 'libraries'): Promise<BundleTime> {
    this.#child ??= fork(join(ROOT, 'tools/build/edit-bundle.mjs'), [this.app], { execArgv: [] });
    this.#child.send(changed);
    const [{ time, error }] = (await Promise.race([once(this.#child, 'message'), ended(this.#child)])) as [Answer];
    if (time === undefined) throw new DeployError(error ?? `the bundler of ${this.app} failed`);
    const dir = join(ROOT, 'apps', this.app);
    const same = time.librariesMs === 0 ? (name: string) => name.startsWith('lib.') : undefined;
    return { ...time, changed: replaceFiles(join(dir, 'dist/edit'), join(dir, 'bundle'), same) };
  }

  close(): void {
    this.#child?.disconnect();
    this.#child = undefined;
  }
}

interface Answer {
  readonly time?: Omit<BundleTime, 'changed'>;
  readonly error?: string;
}

async function ended(child: ChildProcess): Promise<[Answer]> {
  await once(child, 'exit');
  return [{ error: 'the bundler has ended; start the loop again' }];
}
