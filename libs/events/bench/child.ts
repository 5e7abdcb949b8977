import { type ChildProcess, fork } from 'node:child_process';

/** Starts `<name>.ts` of this folder as a process with a message channel. */
export function child(name: string, ...args: string[]): ChildProcess {
  return fork(new URL(`${name}.ts`, import.meta.url), args, { execArgv: ['--conditions=@kiban/source'] });
}
