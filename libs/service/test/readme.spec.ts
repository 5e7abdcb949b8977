import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { SimilarityService } from '@kiban/contracts/kiban/similarity/v1';
import { Code, createGrpcClient, ServiceError } from '@kiban/grpc';

const here = (file: string) => join(import.meta.dirname, file);

test('the service of the README is complete, under 40 lines, and serves', async () => {
  const code = await readFile(here('readme-main.ts'), 'utf8');
  expect(await readFile(here('../README.md'), 'utf8')).toContain(`\`\`\`ts\n${code}\`\`\``);
  expect(code.split('\n').length).toBeLessThanOrEqual(40);

  const dir = await mkdtemp(join(tmpdir(), 'kiban-readme-'));
  await promisify(execFile)(process.execPath, [here('bundle-demo.mjs'), dir, 'readme-main.ts']);
  const auth = { AUTH_JWKS_URL: '/none', AUTH_ISSUER: 'https://kiban.local', AUTH_AUDIENCE: 'kiban' };
  const env = { GRPC_HOST: '127.0.0.1', GRPC_PORT: '0', OPS_PORT: '0', LOG_LEVEL: 'silent', ...auth };
  const child = fork(join(dir, 'main.mjs'), [], { env, execArgv: [] });
  try {
    const [{ grpc }] = (await once(child, 'message')) as [{ grpc: string }];
    const client = createGrpcClient(SimilarityService, grpc);
    const { articles } = await client.listSimilar({ name: 'articles/1' });
    expect(articles.map(({ name }) => name)).toEqual(['articles/2', 'articles/3']);
    const refused = await client
      .listSimilar({ name: 'articles/9' })
      .catch((error: unknown) => ServiceError.from(error));
    expect(refused).toMatchObject({ code: Code.NOT_FOUND });
    expect(
      await client.searchArticles({ query: 'x' }).catch((error: unknown) => ServiceError.from(error)),
    ).toMatchObject({
      code: Code.UNAUTHENTICATED,
    });
    client.close();
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(0);
  } finally {
    child.kill('SIGKILL');
    await rm(dir, { recursive: true });
  }
});
