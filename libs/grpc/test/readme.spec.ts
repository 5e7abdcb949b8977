import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Code, createGrpcClient } from '@kiban/grpc';
import { SimilarityService } from '@kiban/contracts/kiban/similarity/v1';
import { serve } from './readme-service.ts';

test('the service in the README is the one that is compiled and called here, in under 40 lines', async () => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
  const source = await readFile(join(import.meta.dirname, 'readme-service.ts'), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${source}\`\`\``);
  expect(source.split('\n').length).toBeLessThan(40);

  const { port, stop } = await serve('127.0.0.1:0');
  const client = createGrpcClient(SimilarityService, `127.0.0.1:${port}`);
  await expect(client.listSimilar({ name: 'articles/1' })).resolves.toMatchObject({ articles: [{ score: 0.5 }] });
  await expect(client.listSimilar({ name: 'articles/3' })).rejects.toMatchObject({ code: Code.NOT_FOUND });
  await expect(client.listSimilar({ name: 'nonsense' })).rejects.toMatchObject({ code: Code.INVALID_ARGUMENT });
  client.close();
  await stop();
});
