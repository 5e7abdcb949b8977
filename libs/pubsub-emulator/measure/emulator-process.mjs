// An emulator in a process of its own, and what the system says of that process.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PubSub, v1 } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';

process.env.METADATA_SERVER_DETECTION = 'none';
export const root = join(import.meta.dirname, '../../..');
const main = join(root, 'apps/pubsub-emulator/src/main.ts');
const proc = (pid, file) => `/proc/${pid}/${file}`;

/** Starts one on free ports with these flags. Rejects when it exits before it is ready. */
export async function startEmulator(...flags) {
  const child = spawn(
    process.execPath,
    ['--conditions=@kiban/source', main, '--port', '0', '--admin-port', '0', ...flags],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
  const ready = await Promise.race([
    new Promise((resolve) => child.once('message', resolve)),
    exited.then((why) => Promise.reject(new Error(`the emulator exited (${why}) before it was ready`))),
  ]);
  const [servicePath, port] = ready.grpc.split(':');
  const options = { servicePath, port: Number(port), sslCreds: credentials.createInsecure(), projectId: 'test' };
  /** Figures of Linux' /proc; undefined elsewhere. */
  const onLinux = (read) => (existsSync(proc(child.pid, 'status')) ? read() : undefined);
  return {
    child,
    exited,
    grpc: ready.grpc,
    admin: ready.ops,
    client: () => new PubSub({ projectId: 'test', apiEndpoint: ready.grpc, emulatorMode: true }),
    publisher: () => new v1.PublisherClient(options),
    subscriber: () => new v1.SubscriberClient(options),
    post: async (path, body = {}) => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`http://${ready.ops}${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return await response.json();
    },
    /** MB. */
    rss: () =>
      onLinux(() =>
        Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(proc(child.pid, 'status'), 'utf8'))?.[1] ?? 0) / 1024),
      ),
    /** Open files and sockets. */
    handles: () => onLinux(() => readdirSync(proc(child.pid, 'fd')).length),
    /** CPU time so far (s), in clock ticks of 10 ms. */
    cpu: () =>
      onLinux(() => {
        const fields = readFileSync(proc(child.pid, 'stat'), 'utf8').split(') ')[1].split(' ');
        return (Number(fields[11]) + Number(fields[12])) / 100;
      }) ?? 0,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
