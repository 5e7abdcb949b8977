import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const MAIN = join(import.meta.dirname, '../src/main.ts');

/** Starts the gateway as a process, with these variables and no others. */
export function start(env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['--conditions=@kiban/source', MAIN], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

/** What a gateway that cannot start says, and its exit code. */
export async function failureOf(env: Record<string, string>): Promise<{ code: number; errors: string }> {
  const child = start(env);
  const [errors, [code]] = await Promise.all([text(child.stderr as never), once(child, 'exit')]);
  return { code: code as number, errors };
}

/** The first message of a gateway that starts; rejects when it ends instead. */
export async function readyOf(
  child: ChildProcess,
): Promise<{ event: string; service: string; http: string; ops?: string }> {
  const gone = once(child, 'exit').then(([code]) => Promise.reject(new Error(`ended with code ${String(code)}`)));
  gone.catch(() => {});
  const [ready] = (await Promise.race([once(child, 'message'), gone])) as [Awaited<ReturnType<typeof readyOf>>];
  return ready;
}

/** A gRPC backend that answers every call with an empty message, and keeps the headers that it saw. */
export async function startBackend(): Promise<{ address: string; seen: IncomingHttpHeaders[]; close(): void }> {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer();
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    seen.push(headers);
    stream.resume();
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.alloc(5));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { address, seen, close: () => void server.close() };
}
