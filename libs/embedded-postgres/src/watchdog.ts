import { spawn } from 'node:child_process';
import { signal } from './processes.ts';

/**
 * A shell that waits until our end of its standard input closes, which the system does however we die, SIGKILL included,
 * and then stops the server. Costs about one megabyte. Returns a function that ends the watch.
 *
 * @param remove directories to delete once the server is gone (databases of tests)
 */
export function watch(pid: number, stopSignal: 'INT' | 'QUIT', remove: readonly string[], unref: boolean): () => void {
  if (process.platform === 'win32') return () => undefined;
  const script = `server=$1; shift
while read -r _; do :; done
kill -${stopSignal} "$server" 2>/dev/null
[ $# -eq 0 ] && exit
while kill -0 "$server" 2>/dev/null; do sleep 0.05; done
rm -rf -- "$@"`;
  const child = spawn('/bin/sh', ['-c', script, 'kiban-postgres-watchdog', String(pid), ...remove], {
    cwd: '/',
    // Out of the terminal's process group: Ctrl-C is for us, who stop things in order.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without the watchdog the server is merely found and stopped by the next start.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  if (unref) {
    child.unref();
    (child.stdin as unknown as { unref(): void }).unref();
  }
  return () => {
    if (child.pid && child.exitCode === null) signal(child.pid, 'SIGKILL');
  };
}
