import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { DEVELOPMENT_AUDIENCE, DEVELOPMENT_ISSUER, ensureDevelopmentKeys, mintDevelopmentToken } from '@kiban/auth';

const MAIN = join(import.meta.dirname, '../src/main.ts');

/** Starts the gateway as a process, with these variables and no others. */
function start(env: Record<string, string>): ChildProcess {
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
async function readyOf(child: ChildProcess): Promise<{ event: string; service: string; http: string; ops?: string }> {
  const gone = once(child, 'exit').then(([code]) => Promise.reject(new Error(`ended with code ${String(code)}`)));
  gone.catch(() => {});
  const [ready] = (await Promise.race([once(child, 'message'), gone])) as [Awaited<ReturnType<typeof readyOf>>];
  return ready;
}

/** A gRPC backend that answers every call with an empty message, and keeps the headers that it saw. */
async function startBackend(): Promise<{ address: string; seen: IncomingHttpHeaders[]; close(): void }> {
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

/** A gateway that answers, its backend, and the folder with the keys of its users' tokens. */
export interface RunningGateway {
  readonly child: ChildProcess;
  readonly ready: Awaited<ReturnType<typeof readyOf>>;
  readonly url: string;
  readonly backend: Awaited<ReturnType<typeof startBackend>>;
  /** A token of somebody. */
  readonly token: (user: { subject: string; roles?: string[] }) => Promise<string>;
  stop(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/** @param env variables beside the addresses of the backend and those of the tokens */
export async function startGateway(env: Record<string, string>): Promise<RunningGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  const { jwksFile } = await ensureDevelopmentKeys(folder);
  const backend = await startBackend();
  const child = start({
    BFF_ADDRESS: backend.address,
    RECOMMENDATION_ADDRESS: backend.address,
    AUTH_JWKS_URL: jwksFile,
    AUTH_ISSUER: DEVELOPMENT_ISSUER,
    AUTH_AUDIENCE: DEVELOPMENT_AUDIENCE,
    ...env,
  });
  child.stderr?.pipe(process.stderr);
  const ready = await readyOf(child);
  return {
    child,
    ready,
    url: `http://${ready.http}`,
    backend,
    token: (user) => mintDevelopmentToken(folder, user),
    stop(signal) {
      child.kill(signal);
      backend.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** What holds for every gateway, whoever serves. */
export function testsAccess(gateway: () => RunningGateway): void {
  test('reads are open, personal paths need a token, and the token goes on to the BFF', async () => {
    const { url, backend, token } = gateway();
    const open = await fetch(`${url}/v1/articles?pageSize=3`);
    expect([open.status, await open.json()]).toEqual([200, {}]);
    expect(backend.seen.at(-1)?.[':path']).toBe('/kiban.bff.v1.BffService/ListArticles');
    const refused = await fetch(`${url}/v1/users/alice/home`);
    expect([refused.status, await refused.json()]).toEqual([401, { code: 401, message: 'Jwt is missing' }]);
    const authorization = `Bearer ${await token({ subject: 'alice' })}`;
    const answer = await fetch(`${url}/v1/users/alice/home`, { headers: { authorization } });
    expect(answer.status).toBe(200);
    expect(backend.seen.at(-1)?.['authorization']).toBe(authorization);
  });
}
