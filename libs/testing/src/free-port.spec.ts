import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { freePort } from './index.ts';

it('gives a port that can be listened on', async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(port, '127.0.0.1', resolve));
  expect(server.address()).toMatchObject({ port });
  server.close();
});
