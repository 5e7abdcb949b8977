import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { statePaths } from '../paths.ts';
import { checkMachine } from './check-machine.ts';
import { freePorts, isFree } from './free-ports.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

it('finds different ports below those of outgoing connections', async () => {
  const ports = await freePorts(20);
  expect(new Set(ports).size).toBe(20);
  expect(ports.filter((port) => port < 20_000 || port >= 30_000)).toEqual([]);
});

it('says in one sentence what to do about a taken port', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  const dir = mkdtempSync(join(tmpdir(), 'kiban-port-'));
  try {
    expect(await isFree(port)).toBe(false);
    await expect(checkMachine(statePaths(dir), port)).rejects.toThrow(
      `Port ${port} is taken by another program: end that program, or use another port, npm start -- --port ${port + 1}.`,
    );
  } finally {
    server.close();
    rmSync(dir, { recursive: true });
  }
});
