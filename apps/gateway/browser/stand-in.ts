import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { ListArticlesResponseSchema } from '@kiban/contracts/kiban/bff/v1';

export interface StandIn {
  /** Base URL of a gateway in front of a backend that knows one article. */
  readonly url: string;
  stop(): Promise<void>;
}

const APP = join(import.meta.dirname, '..');

/** Starts a gateway (the bundle when it is built, else the source) with a backend of one article. */
export async function startStandIn(folder: string): Promise<StandIn> {
  const backend = await startBackend();
  const jwks = join(folder, 'jwks.json');
  writeFileSync(jwks, '{"keys":[]}');
  const bundle = join(APP, 'bundle/main.mjs');
  const args = existsSync(bundle) ? [bundle] : ['--conditions=@kiban/source', join(APP, 'src/main.ts')];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      GATEWAY_PORT: '0',
      BFF_ADDRESS: backend.address,
      RECOMMENDATION_ADDRESS: backend.address,
      AUTH_JWKS_URL: jwks,
      AUTH_ISSUER: 'https://kiban.local',
      AUTH_AUDIENCE: 'kiban',
    },
  });
  return {
    url: `http://${await readyAddress(child)}`,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      backend.close();
    },
  };
}

async function readyAddress(child: ChildProcess): Promise<string> {
  return await new Promise((resolve, reject) => {
    child.once('message', (message) => resolve((message as { http: string }).http));
    child.once('exit', (code) => reject(new Error(`the gateway ended with code ${code} before it was ready`)));
  });
}

async function startBackend(): Promise<{ address: string; close(): void }> {
  const articles = [{ name: 'articles/css-grid', title: 'CSS grid layout', tags: ['css'], language: 'en' }];
  const message = toBinary(ListArticlesResponseSchema, create(ListArticlesResponseSchema, { articles }));
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  const server = createServer();
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.resume();
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.concat([prefix, message]));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}
