import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const MAIN = resolve(import.meta.dirname, '../src/main.ts');

/** Runs a data command as a user would, with a state folder of its own. */
export function runData(stateDir: string, ...args: string[]) {
  const child = spawn(process.execPath, ['--conditions=@kiban/source', MAIN, ...args], {
    env: { ...process.env, KIBAN_STATE_DIR: stateDir },
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const done = new Promise<{ code: number | null; output: string }>((end) => {
    child.once('close', (code) => end({ code, output }));
  });
  return { child, done };
}
