import { type ChildProcess, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../paths.ts';

/** After the last edit, so that the compiler takes no time from the service that starts anew. */
const REST_MS = 1_500;

/** Compiles apps in the background once edits rest, and says what the compiler says. What runs does not wait for it. */
export class TypeCheck {
  #timer: NodeJS.Timeout | undefined;
  #compiler: ChildProcess | undefined;

  after(apps: readonly string[]): void {
    clearTimeout(this.#timer);
    this.#compiler?.kill();
    this.#timer = setTimeout(() => this.#run(apps), REST_MS);
  }

  #run(apps: readonly string[]): void {
    const folders = apps.map((app) => join('apps', app));
    const compiler = spawn(process.execPath, ['node_modules/typescript/bin/tsc', '-b', ...folders], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (compiler.pid !== undefined) setPriority(compiler.pid, constants.priority.PRIORITY_LOW);
    compiler.once('exit', (code) => {
      if (code) console.error('loop: what runs has errors of type: they stand above');
    });
    this.#compiler = compiler;
  }
}
