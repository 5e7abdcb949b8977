import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, credentials, type Metadata } from '@grpc/grpc-js';
import { BffService } from '@kiban/contracts/kiban/bff/v1';
import { RetryInfoSchema } from '@kiban/contracts/google/rpc';
import { Code, ServiceError, serviceDefinition } from '@kiban/grpc';
import { startBff, type TestBff } from './start-bff.ts';

let bff: TestBff;

beforeAll(async () => {
  bff = await startBff({ RATE_LIMIT: '3', RATE_LIMIT_WINDOW_SECONDS: '60' });
}, 60_000);
afterAll(() => bff.stop());

/** Response headers of ListArticles without a token, which our typed client does not show. */
async function headers(): Promise<Metadata> {
  const client = new Client(bff.service.grpc, credentials.createInsecure());
  const method = serviceDefinition(BffService)['ListArticles'];
  if (!method) throw new Error('BffService has no ListArticles');
  const { path, requestSerialize, responseDeserialize } = method;
  try {
    return await new Promise<Metadata>((resolve) => {
      const call = client.makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, () => {});
      call.on('metadata', resolve);
    });
  } finally {
    client.close();
  }
}

describe('the rate limit', () => {
  it('refuses a caller that comes too often, says when to come back, and lets others in', async () => {
    const alice = await bff.connect('alice');
    for (let i = 0; i < 3; i++) await alice.listArticles({});
    const error = await alice.listArticles({}).then(
      () => undefined,
      (thrown: unknown) => ServiceError.from(thrown),
    );
    expect(error).toMatchObject({ code: Code.RESOURCE_EXHAUSTED, reason: 'RATE_LIMITED' });
    const seconds = Number(error?.find(RetryInfoSchema)[0]?.retryDelay?.seconds);
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
    await (await bff.connect('bob')).listArticles({});
  });

  it('tells in RateLimit headers what is left, also when the call is refused', async () => {
    const left: string[] = [];
    for (let i = 0; i < 4; i++) {
      const sent = await headers();
      expect(sent.get('ratelimit-limit')).toEqual(['3']);
      expect(Number(sent.get('ratelimit-reset')[0])).toBeGreaterThan(50);
      left.push(String(sent.get('ratelimit-remaining')[0]));
    }
    expect(left).toEqual(['2', '1', '0', '0']);
  });

  it('does not count imports and editors', async () => {
    const ingest = await bff.connect('importer', { roles: ['ingest'] });
    for (let i = 0; i < 6; i++) await ingest.listArticles({});
  });
});
