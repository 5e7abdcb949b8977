// The demo as a process of its own, bundled as apps are.
import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test, jest } from '@jest/globals';
import { createGrpcClient } from '@kiban/grpc';
import { RecommendationService } from '@kiban/contracts/kiban/recommendation/v1';

jest.setTimeout(30_000); // processes start slowly on a busy machine

let dir: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kiban-demo-'));
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'bundle-demo.mjs'), dir]);
}, 30_000);
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rm(dir, { recursive: true }));

const ENV = {
  GRPC_HOST: '127.0.0.1',
  GRPC_PORT: '0',
  OPS_PORT: '0',
  AUTH_JWKS_URL: '/does/not/matter',
  AUTH_ISSUER: 'https://kiban.local',
  AUTH_AUDIENCE: 'kiban',
};

function run(env: NodeJS.ProcessEnv = {}, ...args: string[]) {
  const child = fork(join(dir, 'main.mjs'), args, { env: { ...ENV, ...env }, execArgv: [], silent: true });
  children.push(child);
  let output = '';
  child.stdout?.on('data', (text) => (output += text));
  child.stderr?.on('data', (text) => (output += text));
  const exit = Promise.all([once(child, 'exit'), ended(child.stdout), ended(child.stderr)]).then(
    ([[code]]) => code as number | null,
  );
  const ready = once(child, 'message').then(([message]) => message as { event: string; grpc: string; ops: string });
  const said = async (text: string) => {
    while (!output.includes(text)) await once(child.stdout ?? child, 'data');
  };
  return { child, exit, ready, said, output: () => output };
}

/** `close` of the child would say the same, but does not come once the channel was disconnected. */
async function ended(stream: Readable | null): Promise<void> {
  if (stream) await finished(stream);
}

describe('a service as a process', () => {
  test('tells its parent where it listens, answers, and exits 0 on SIGTERM', async () => {
    const { child, exit, ready } = run();
    const { event, grpc, ops } = await ready;
    expect(event).toBe('ready');
    const client = createGrpcClient(RecommendationService, grpc);
    await expect(client.listTrending({})).resolves.toBeDefined();
    client.close();
    expect((await fetch(`http://${ops}/readyz`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  });

  test('logs one JSON line for each event, as Cloud Logging reads them', async () => {
    const { child, exit, ready, output } = run();
    await ready;
    child.kill('SIGINT');
    await exit;
    const lines = output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ severity: 'INFO', service: 'demo', message: 'demo serves' });
    expect(Date.parse(String(lines[0]?.['time']))).toBeGreaterThan(0);
  });

  test('exits 2 with every problem when its environment is wrong', async () => {
    const wrong = { GRPC_PORT: 'x', OPS_PORT: '-1', LOG_LEVEL: 'loud', AUTH_ISSUER: '', CONTENT_ADDRESS: 'content' };
    const { exit, output } = run(wrong);
    expect(await exit).toBe(2);
    expect(output()).toContain('demo cannot start: 5 problems in its environment');
    for (const name of Object.keys(wrong)) expect(output()).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  test('exits 1 with a reason when its port is taken', async () => {
    const first = await run().ready;
    const { exit, output } = run({ GRPC_PORT: first.grpc.split(':')[1] });
    expect(await exit).toBe(1);
    expect(output()).toContain('choose another GRPC_HOST or GRPC_PORT');
  });

  test('can be stopped while it waits for a dependency', async () => {
    const { child, exit, said } = run({ DEMO_WAIT: '1' });
    await said('waiting for a part that never comes');
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  });

  test('drains and exits 1 when a rejection was handled by nobody', async () => {
    const { exit, output } = run({ DEMO_REJECT: '1' });
    expect(await exit).toBe(1);
    expect(output()).toMatch(/"severity":"CRITICAL".*forgotten[^]*stopped/);
  });

  test('runs a command and exits 0, and names the commands it has', async () => {
    const good = run({}, 'migrate');
    expect(await good.exit).toBe(0);
    expect(good.output()).toContain('migrated');
    const bad = run({}, 'migrat');
    expect(await bad.exit).toBe(2);
    expect(bad.output()).toContain('Commands: migrate');
  });

  test('ends when the runner that started it is gone', async () => {
    const { child, exit, ready } = run();
    await ready;
    child.disconnect();
    expect(await exit).toBe(0);
  });
});
