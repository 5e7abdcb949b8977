import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, jest } from '@jest/globals';
import { ensureDevelopmentKeys, mintDevelopmentToken } from '@kiban/auth';
import { Code, createGrpcClient, GrpcService } from '@kiban/grpc';
import { InteractionType } from '@kiban/contracts/kiban/events/v1';
import { Health } from '@kiban/contracts/health/v1';
import { RecommendationService } from '@kiban/contracts/kiban/recommendation/v1';
import { pino } from 'pino';
import { type RunningService, startService } from '../src/index.ts';
import { DemoController, demoService } from './demo.ts';

jest.setTimeout(30_000); // processes start slowly on a busy machine

let dir: string;
let env: NodeJS.ProcessEnv;
let service: RunningService;
let client: ReturnType<typeof connect>;
const lines: Record<string, unknown>[] = [];

const connect = (headers: Record<string, string> = {}) =>
  createGrpcClient(RecommendationService, service.grpc, { metadata: () => headers });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kiban-service-'));
  const { jwksFile, issuer, audience } = await ensureDevelopmentKeys(dir);
  env = {
    GRPC_HOST: '127.0.0.1',
    GRPC_PORT: '0',
    OPS_PORT: '0',
    LOG_FORMAT: 'json',
    AUTH_JWKS_URL: jwksFile,
    AUTH_ISSUER: issuer,
    AUTH_AUDIENCE: audience,
  };
  service = await startService(demoService, { env, logger: collector() });
  client = connect();
});
afterAll(async () => {
  client.close();
  await service.stop();
  await rm(dir, { recursive: true });
});

function collector() {
  return pino({ level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
}

async function as(subject: string, ...roles: string[]) {
  return connect({ authorization: `Bearer ${await mintDevelopmentToken(dir, { subject, roles })}` });
}

const alice = { parent: 'users/alice' };
const row = {
  interactionId: '0b0e7f30-3a4b-4b8e-9d0a-5f3a3f8f2a11',
  user: 'users/alice',
  article: 'articles/1',
  type: InteractionType.VIEW,
};

describe('who may call', () => {
  test('what is public needs no token, and a bad one does not matter', async () => {
    await expect(client.listTrending({})).resolves.toMatchObject({ asOfSeq: 9007199254740993n });
    const stale = connect({ authorization: 'Bearer nonsense' });
    await expect(stale.listTrending({})).resolves.toBeDefined();
    stale.close();
  });

  test('no token is UNAUTHENTICATED, before anything is said about the request', async () => {
    const call = client.listRecommendations({ parent: 'broken' });
    await expect(call).rejects.toMatchObject({ code: Code.UNAUTHENTICATED, reason: 'UNAUTHENTICATED' });
  });

  test('a refused token says why', async () => {
    const expired = await mintDevelopmentToken(dir, { subject: 'alice', ttlSeconds: -60 });
    const late = connect({ authorization: `Bearer ${expired}` });
    await expect(late.listRecommendations(alice)).rejects.toMatchObject({
      code: Code.UNAUTHENTICATED,
      reason: 'TOKEN_INVALID',
      metadata: { problem: 'expired' },
    });
    late.close();
  });

  test('self: the user, users/me, nobody else, but admin', async () => {
    const own = await as('alice');
    await expect(own.listRecommendations(alice)).resolves.toMatchObject({ modelVersion: 'users/alice alice' });
    const me = { parent: 'users/me' };
    await expect(own.listRecommendations(me)).resolves.toMatchObject({ modelVersion: 'users/alice alice' });
    const other = await as('bob');
    await expect(other.listRecommendations(alice)).rejects.toMatchObject({ code: Code.PERMISSION_DENIED });
    const admin = await as('root', 'admin');
    await expect(admin.listRecommendations(alice)).resolves.toMatchObject({ modelVersion: 'users/alice root' });
    for (const each of [own, other, admin]) each.close();
  });

  test('roles and services', async () => {
    const reader = await as('alice');
    const editor = await as('ed', 'editor');
    const peer = await as('bff', 'service');
    const rows = { requests: [row] };
    await expect(reader.batchCreateInteractions(rows)).rejects.toMatchObject({ code: Code.PERMISSION_DENIED });
    await expect(editor.batchCreateInteractions(rows)).resolves.toBeDefined();
    await expect(editor.deleteUser({ name: 'users/x' })).rejects.toMatchObject({ code: Code.PERMISSION_DENIED });
    await expect(peer.deleteUser({ name: 'users/x' })).rejects.toMatchObject({ code: Code.NOT_FOUND });
    for (const each of [reader, editor, peer]) each.close();
  });

  test('an rpc without @Allow stops the start', async () => {
    class Open extends DemoController {
      override async listInteractions() {
        return {};
      }
    }
    for (const { localName } of RecommendationService.methods) {
      const inherited = Object.getOwnPropertyDescriptor(DemoController.prototype, localName);
      if (inherited && localName !== 'listInteractions') Object.defineProperty(Open.prototype, localName, inherited);
    }
    GrpcService(RecommendationService)(Open);
    const module = () => ({ module: class OpenModule {}, controllers: [Open] });
    const start = startService({ ...demoService, module }, { env, logger: pino({ level: 'silent' }) });
    await expect(start).rejects.toThrow(/Open.listInteractions: add @Allow/);
  });
});

describe('what operators see', () => {
  test('a defect is logged with its cause under the id that the caller got', async () => {
    const reader = await as('alice');
    const error: unknown = await reader
      .createInteraction({ parent: 'users/alice', article: 'articles/1', type: InteractionType.VIEW })
      .catch((thrown: unknown) => thrown);
    const { errorId } = (error as { metadata: { errorId: string } }).metadata;
    const line = lines.find((each) => each['errorId'] === errorId);
    expect(line).toMatchObject({ code: 'INTERNAL', caller: 'alice', err: { message: 'the disk is on fire' } });
    reader.close();
  });

  test('/metrics counts calls by method and code', async () => {
    const text = await (await fetch(`http://${service.ops}/metrics`)).text();
    expect(text).toMatch(/grpc_server_handled_total\{.*grpc_method="ListTrending",grpc_code="OK".*\} \d/);
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
  });

  test('/healthz, /readyz and gRPC health agree; a part that fails leaves the whole serving', async () => {
    const health = createGrpcClient(Health, service.grpc);
    service.runtime.health.set('consumer', false);
    expect((await fetch(`http://${service.ops}/healthz`)).status).toBe(200);
    const ready = await fetch(`http://${service.ops}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ ready: true, services: { consumer: false } });
    await expect(health.check({ service: 'consumer' })).resolves.toMatchObject({ status: 2 });
    await expect(health.check({})).resolves.toMatchObject({ status: 1 });
    health.close();
  });
});

test('five wrong variables are five problems in one message', async () => {
  const wrong = {
    ...env,
    GRPC_PORT: 'abc',
    OPS_PORT: '99999',
    LOG_LEVEL: 'loud',
    AUTH_ISSUER: '',
    CONTENT_ADDRESS: 'postgres://user:secret@host',
  };
  const error: unknown = await startService(demoService, { env: wrong }).catch((thrown: unknown) => thrown);
  const { message } = error as Error;
  expect(message.split('\n')[0]).toBe('demo cannot start: 5 problems in its environment');
  for (const name of ['GRPC_PORT', 'OPS_PORT', 'LOG_LEVEL', 'AUTH_ISSUER', 'CONTENT_ADDRESS']) {
    expect(message).toMatch(new RegExp(`^  ${name} `, 'm'));
  }
  expect(message).not.toContain('secret');
});

test('a start waits for its dependency, says so, and serves when it is there', async () => {
  let up = false;
  const waiting = startService(
    {
      ...demoService,
      module: (config, runtime) => {
        runtime.onReady('the database', () => {
          if (!up) throw new Error('connection refused');
        });
        return demoService.module(config, runtime);
      },
    },
    { env, logger: collector() },
  );
  const said = () => lines.find((line) => line['waitingFor'] === 'the database');
  while (!said()) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(said()).toMatchObject({ msg: 'waiting for the database: connection refused' });
  up = true;
  await (await waiting).stop();
});
