import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RetryInfoSchema } from '@kiban/contracts/google/rpc';
import { Code, ServiceError } from '@kiban/grpc';
import { startBff, type TestBff } from './start-bff.ts';

let bff: TestBff;

beforeAll(async () => {
  bff = await startBff({ RATE_LIMIT: '3', RATE_LIMIT_WINDOW_SECONDS: '60' });
}, 60_000);
afterAll(() => bff.stop());

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

  it('does not count imports and editors', async () => {
    const ingest = await bff.connect('importer', { roles: ['ingest'] });
    for (let i = 0; i < 6; i++) await ingest.listArticles({});
  });
});
