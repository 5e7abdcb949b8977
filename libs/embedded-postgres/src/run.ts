import { spawn } from 'node:child_process';
import type { SystemUser } from './system-user.ts';

export interface RunResult {
  /** Exit code; -1 when the program could not be started at all. */
  code: number;
  stdout: string;
  stderr: string;
}

/** Spawn options common to every PostgreSQL program: the account, a directory it may enter, a clean environment. */
export function spawnOptions(user: SystemUser | undefined): {
  cwd: string;
  env: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
} {
  return {
    // Our own working directory may be closed to the other account, and PostgreSQL asks for it.
    cwd: process.platform === 'win32' ? process.cwd() : '/',
    env: environment(),
    ...(user && { uid: user.uid, gid: user.gid }),
  };
}

/** English messages (they are parsed), UTC, and none of the caller's PG* variables. */
function environment(): NodeJS.ProcessEnv {
  const own = { LC_ALL: 'C', TZ: 'UTC' };
  if (process.platform !== 'win32') return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...own };
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG'))), ...own };
}

/** Runs a program to its end and collects what it wrote. Never rejects. */
export function run(program: string, args: readonly string[], user?: SystemUser): Promise<RunResult> {
  return new Promise((resolve) => {
    let stdout = '';
    let stderr = '';
    const failed = (error: unknown) => resolve({ code: -1, stdout, stderr: stderr + String(error) });
    try {
      const child = spawn(program, args, { ...spawnOptions(user), stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.on('error', failed);
      child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
    } catch (error) {
      failed(error);
    }
  });
}
