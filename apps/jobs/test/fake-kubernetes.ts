import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Stored {
  metadata: { name: string; annotations?: Record<string, string> };
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
}

/** Serves GET and server-side apply of one field manager over HTTP; `npm run verify:cluster` asks the real one. */
export async function fakeKubernetes(objects: Record<string, Stored>) {
  const account = await mkdtemp(join(tmpdir(), 'kiban-account-'));
  await writeFile(join(account, 'token'), 'secret\n');
  await writeFile(join(account, 'namespace'), 'kiban');
  let reads = 0;
  let writes = 0;
  let held = 0;
  let down = false;
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const object = objects[pathname.split('/').at(-1) ?? ''];
    const answer = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
    held += 1;
    await gate.promise;
    held -= 1;
    if (down) return answer(503, { message: 'down' });
    if (request.headers.authorization !== 'Bearer secret') return answer(401, { message: 'Unauthorized' });
    if (object === undefined) return answer(404, { message: `${pathname} not found` });
    if (request.method === 'PATCH') {
      if (!searchParams.get('fieldManager'))
        return answer(400, { message: 'fieldManager is required for apply patch' });
      const body = JSON.parse(await text(request)) as Stored;
      writes += 1;
      object.metadata.annotations = { ...body.metadata.annotations };
      Object.assign(object, body.data && { data: body.data }, body.spec && { spec: { ...object.spec, ...body.spec } });
    }
    if (request.method === 'GET') reads += 1;
    return answer(200, object);
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    account,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reads: () => reads,
    writes: () => writes,
    /** Requests that wait for hold(false). */
    held: () => held,
    hold(now: boolean) {
      if (now) gate = Promise.withResolvers<void>();
      else gate.resolve();
    },
    setDown: (now: boolean) => void (down = now),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(account, { recursive: true });
    },
  };
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
