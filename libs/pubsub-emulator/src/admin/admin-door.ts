import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Code, PubSubError } from '../core/errors.ts';
import type { PushSigner } from '../push/push-key.ts';
import type { Service } from '../service.ts';
import type { GrpcDoor } from '../wire/grpc-door.ts';
import { adminRoutes } from './routes.ts';

export interface AdminDoor {
  readonly port: number;
  close(): Promise<void>;
}

const MAX_BODY = 12 * 1024 * 1024;

/** Serves what a person or a test wants of the emulator beyond the API: README lists the routes. */
export async function openAdminDoor(
  service: Service,
  grpc: GrpcDoor,
  signer: PushSigner,
  host: string,
  port: number,
): Promise<AdminDoor> {
  const routes = adminRoutes(service, grpc, signer);
  const server = createServer((request, response) => {
    const send = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' }).end(body);
    };
    const answer = async (): Promise<void> => {
      const url = new URL(request.url ?? '/', 'http://admin');
      const route = routes[`${request.method} ${url.pathname}`];
      if (!route)
        return send(
          404,
          'application/json',
          JSON.stringify({ error: `no ${request.method} ${url.pathname}; see GET /` }),
        );
      // A page of another origin must not drive the emulator: JSON bodies make browsers ask first, and we never allow.
      const json = request.headers['content-type']?.startsWith('application/json') === true;
      if (request.method !== 'GET' && !json) {
        return send(415, 'application/json', JSON.stringify({ error: 'send content-type: application/json' }));
      }
      const body: unknown = request.method === 'GET' ? {} : JSON.parse((await read(request)) || '{}');
      const result = await route(url.searchParams, body as Record<string, unknown>);
      if (typeof result === 'string')
        send(200, result.startsWith('<!') ? 'text/html; charset=utf-8' : 'text/plain', result);
      else send(200, 'application/json', JSON.stringify(result));
    };
    answer().catch((error: unknown) => {
      const known = error instanceof PubSubError || error instanceof SyntaxError;
      if (!known) console.error('pubsub-emulator: admin request failed', error);
      const text = known ? error.message : 'failed unexpectedly; the log says why';
      send(
        error instanceof PubSubError && error.code === Code.NOT_FOUND ? 404 : known ? 400 : 500,
        'application/json',
        JSON.stringify({ error: text }),
      );
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) throw new SyntaxError(`the body is larger than ${MAX_BODY} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
