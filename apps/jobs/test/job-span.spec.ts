import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { testPostgres } from '@kiban/testing';

jest.setTimeout(60_000); // processes start slowly on a busy machine

const MAIN = join(import.meta.dirname, '../src/main.ts');

interface Sent {
  resourceSpans: {
    scopeSpans: { scope: { name: string }; spans: SentSpan[] }[];
  }[];
}
interface SentSpan {
  name: string;
  kind: number;
  spanId: string;
  parentSpanId?: string;
  status: { code?: number };
  attributes: { key: string; value: { stringValue?: string } }[];
}

const sent: (SentSpan & { scope: string })[] = [];
const collector = createServer((request, response) => {
  void json(request).then((body) => {
    const scopes = (body as Sent).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans);
    sent.push(...scopes.flatMap(({ scope, spans }) => spans.map((span) => ({ ...span, scope: scope.name }))));
    response.end('{}');
  });
});
let endpoint: string;

beforeAll(async () => {
  await once(collector.listen(0, '127.0.0.1'), 'listening');
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
});
afterAll(() => void collector.close());

async function run(job: string, env: Record<string, string> = {}): Promise<number> {
  const child = spawn(process.execPath, ['--conditions=@kiban/source', MAIN, job], {
    env: { PATH: process.env['PATH'] ?? '', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env },
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'exit')) as [number];
  return code;
}

test('a job is one trace: its span, failed or not, and its statements below', async () => {
  expect(await run('prune-article-changes')).toBe(1);
  expect(sent).toMatchObject([{ name: 'job prune-article-changes', scope: '@kiban/jobs', status: { code: 2 } }]);
  expect(sent[0]?.attributes).toEqual([{ key: 'kiban.job.name', value: { stringValue: 'prune-article-changes' } }]);

  sent.length = 0;
  const database = await (await testPostgres()).createDatabase();
  await run('prune-article-changes', { DATABASE_URL_CONTENT: database.url });
  const job = sent.find(({ scope }) => scope === '@kiban/jobs');
  expect(job?.parentSpanId).toBeFalsy();
  const below = sent.filter(({ scope }) => scope === '@kiban/database');
  expect(below.length).toBeGreaterThan(0);
  expect(below.some(({ parentSpanId }) => parentSpanId === job?.spanId)).toBe(true);
  await database.drop();
});
