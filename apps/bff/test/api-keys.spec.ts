import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BffService } from '@kiban/contracts/kiban/bff/v1';
import { Code, createGrpcClient, ServiceError } from '@kiban/grpc';
import { until } from '@kiban/testing';
import { addKey, revokeKey } from '../src/api-keys/key-file.ts';
import { startBff, type TestBff } from './start-bff.ts';

let bff: TestBff;
const folder = mkdtempSync(join(tmpdir(), 'kiban-keys-'));
const file = join(folder, 'keys.json');
const web = addKey(file, 'web');
const partner = addKey(file, 'partner');

beforeAll(async () => {
  bff = await startBff({ API_KEYS_FILE: file });
}, 60_000);
afterAll(async () => {
  await bff.stop();
  rmSync(folder, { recursive: true });
});

/** Undefined when the call was answered. */
async function refusal(key?: string): Promise<ServiceError | undefined> {
  const client = createGrpcClient(BffService, bff.service.grpc, {
    metadata: (): Record<string, string> => (key === undefined ? {} : { 'x-api-key': key }),
  });
  try {
    await client.listArticles({});
    return undefined;
  } catch (error) {
    return ServiceError.from(error);
  } finally {
    client.close();
  }
}

async function counted(): Promise<string> {
  return await (await fetch(`http://${bff.service.ops}/metrics`)).text();
}

describe('API keys', () => {
  it('are not in the file, only their hashes', () => {
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain(web);
    expect(text).not.toContain(web.slice(4, 20));
    expect(text).toMatch(/"sha256": "[0-9a-f]{64}"/);
  });

  it('let a call through that carries one', async () => {
    expect(await refusal(web)).toBeUndefined();
  });

  it('are asked for, and a wrong one is told apart from none', async () => {
    expect(await refusal()).toMatchObject({ code: Code.UNAUTHENTICATED, reason: 'API_KEY_MISSING' });
    const wrong = await refusal(`${web}x`);
    expect(wrong).toMatchObject({ code: Code.UNAUTHENTICATED, reason: 'API_KEY_INVALID' });
    expect(wrong?.message).not.toContain(web);
  });

  it('do not take the place of a token', async () => {
    const client = createGrpcClient(BffService, bff.service.grpc, { metadata: () => ({ 'x-api-key': web }) });
    const error = await client.getHome({ name: 'users/alice' }).catch((thrown: unknown) => thrown);
    client.close();
    expect(ServiceError.from(error).reason).toBe('UNAUTHENTICATED');
  });

  it('are refused from the moment they are revoked, the others not', async () => {
    expect(await refusal(partner)).toBeUndefined();
    revokeKey(file, 'partner');
    await until(async () => (await refusal(partner)) !== undefined, { timeoutMs: 10_000, message: 'still accepted' });
    expect((await refusal(partner))?.message).toContain('revoked');
    expect(await refusal(web)).toBeUndefined();
  });

  it('are counted by id, and what a caller makes up is no label', async () => {
    await refusal('made-up');
    const text = await counted();
    expect(text).toMatch(/bff_api_key_calls_total\{key="web",outcome="allowed"[^}]*\} [1-9]/);
    expect(text).toMatch(/bff_api_key_calls_total\{key="none",outcome="unknown"[^}]*\} [1-9]/);
    expect(text).not.toContain('made-up');
    expect(text).not.toContain(web);
  });
});
