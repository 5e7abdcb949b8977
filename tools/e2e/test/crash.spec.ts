import { beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@kiban/testing';
import { type Ask, ask } from '../src/rest.ts';
import { pidOf } from '../src/run-file.ts';

const EDITOR: Ask = { user: 'editor', roles: ['editor'] };
const READER: Ask = { user: 'crash-reader' };

interface Section {
  readonly id: string;
  readonly state: string;
  readonly articles?: readonly unknown[];
}

async function home(): Promise<Record<string, Section>> {
  const { status, json } = await ask('GET', '/v1/users/me/home', undefined, READER);
  expect(status).toBe(200);
  return Object.fromEntries((json as { sections: Section[] }).sections.map((section) => [section.id, section]));
}

const healthy = async () => Object.values(await home()).every((section) => section.state === 'FRESH');

beforeAll(async () => {
  for (const id of ['crash-1', 'crash-2', 'crash-3']) {
    await ask('POST', `/v1/articles?articleId=${id}`, { title: `Volcano report ${id}`, tags: ['volcano'] }, EDITOR);
  }
  await ask('POST', '/v1/users/me/interactions', { article: 'articles/crash-1', type: 'VIEW' }, READER);
  await until(healthy);
});

describe.each(['content-similarity', 'recommendation', 'content', 'bff', 'outbox-relay', 'gateway'])(
  '%s is killed',
  (name) => {
    it('and is back within seconds, with everything it had', async () => {
      const pid = pidOf(name);
      process.kill(pid, 'SIGKILL');
      await until(() => name === 'outbox-relay' || pidOf(name) !== pid, { timeoutMs: 15_000 }).catch(() => undefined);
      await until(async () => pidOf(name) !== pid && (await healthy().catch(() => false)), { timeoutMs: 15_000 });
      expect((await ask('GET', '/v1/articles/crash-1')).status).toBe(200);
    });
  },
);

it('serves the page, its own sections marked, while a service is dead', async () => {
  const killer = setInterval(() => {
    try {
      process.kill(pidOf('recommendation'), 'SIGKILL');
    } catch {
      // not back yet: nothing to kill
    }
  }, 100);
  try {
    await until(async () => (await home())['for-you']?.state !== 'FRESH', { timeoutMs: 10_000 });
    expect((await ask('GET', '/v1/articles?pageSize=1')).status).toBe(200);
    expect((await ask('GET', '/v1/articles:search?query=volcano')).status).toBe(200);
    expect((await ask('GET', '/v1/articles/crash-1/similar')).status).toBe(200);
  } finally {
    clearInterval(killer);
  }
  await until(healthy, { timeoutMs: 20_000 });
});
