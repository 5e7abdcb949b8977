import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

export interface ScriptRun {
  readonly pid: number | undefined;
  /** Resolves with the exit code; 1 when a signal ended it. */
  readonly done: Promise<number>;
  stop(): void;
}

const EXIT_WITH_PARENT = pathToFileURL(resolve(import.meta.dirname, '../supervisor/exit-with-parent.mjs')).href;

/** Runs a script to its end. `output` is a file descriptor, or `inherit` for the terminal. */
export function runScript(
  nodeArgs: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly output: number | 'inherit' },
): ScriptRun {
  const { cwd, env, output } = options;
  const child = spawn(process.execPath, ['--import', EXIT_WITH_PARENT, ...nodeArgs], {
    cwd,
    env,
    stdio: ['ignore', output, output, 'ipc'],
    detached: true,
    windowsHide: true,
  });
  const { promise, resolve: done } = Promise.withResolvers<number>();
  child.once('error', () => done(1));
  child.once('exit', (code) => done(code ?? 1));
  return { pid: child.pid, done: promise, stop: () => void child.kill('SIGTERM') };
}
