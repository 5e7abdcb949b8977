import { fork } from 'node:child_process';

/**
 * Runs `<name>.ts` of this folder as a process of its own.
 * @returns what it sends
 * @throws Error when it ends without an answer
 */
export function runChild<Answer>(name: string, ...args: string[]): Promise<Answer> {
  const child = fork(new URL(`${name}.ts`, import.meta.url), args, { execArgv: ['--conditions=@kiban/source'] });
  return new Promise((resolve, reject) => {
    child.once('message', (answer) => resolve(answer as Answer));
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} and no answer`)));
  });
}
