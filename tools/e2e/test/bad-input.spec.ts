import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type Ask, ask, token } from '../src/rest.ts';

const EDITOR: Ask = { user: 'editor', roles: ['editor'] };
const ALICE: Ask = { user: 'alice' };

/** Words that only the inside of the platform knows. */
const INTERNAL = /node_modules|\.ts:\d|\.m?js:\d|\\n\s+at |select .* from|insert into|ECONNREFUSED|127\.0\.0\.1:\d/i;

function expectError(answer: Answer, status: number, names: RegExp): void {
  expect({ status: answer.status, text: answer.text }).toEqual({ status, text: expect.stringMatching(names) });
  expect(answer.json).toEqual(expect.objectContaining({ code: expect.any(Number), message: expect.any(String) }));
  expect(answer.text).not.toMatch(INTERNAL);
}

const titles = async () => {
  const { json } = await ask('GET', '/v1/articles?pageSize=100');
  return (json as { articles?: { title: string }[] }).articles?.map((article) => article.title) ?? [];
};

beforeAll(async () => {
  for (const id of ['bad-1', 'bad-2', 'bad-3']) {
    const created = await ask(
      'POST',
      `/v1/articles?articleId=${id}`,
      { title: `Article ${id}`, tags: ['bad'] },
      EDITOR,
    );
    expect([200, 409]).toContain(created.status);
  }
});

describe('creating an article', () => {
  it.each([
    ['malformed JSON', '{"title": "x"', /JSON/i],
    ['an unknown field', { title: 'unstored', colour: 'red' }, /colour/],
    ['a wrong type', { title: 5 }, /title/],
    ['a wrong element type', { title: 'unstored', tags: [{}] }, /tags/],
    ['a missing title', { body: 'unstored' }, /title/],
    ['a title of 301 characters', { title: 'x'.repeat(301) }, /title/],
    ['a body of 200,001 characters', { title: 'unstored', body: 'x'.repeat(200_001) }, /body/],
    ['51 tags', { title: 'unstored', tags: Array.from({ length: 51 }, (_, n) => `t${n}`) }, /tags/],
    ['a url that is none', { title: 'unstored', url: 'javascript:alert(1)' }, /url/],
    ['a time that is none', { title: 'unstored', createTime: 'yesterday' }, /createTime/],
  ])('refuses %s and names it', async (_, body, names) => {
    const before = await titles();
    expectError(await ask('POST', '/v1/articles', body, EDITOR), 400, names);
    expect(await titles()).toEqual(before);
  });

  it('refuses an id with other characters', async () => {
    expectError(await ask('POST', '/v1/articles?articleId=a%20b', { title: 'x' }, EDITOR), 400, /articleId/);
  });

  it('refuses an id that is taken', async () => {
    expectError(await ask('POST', '/v1/articles?articleId=bad-1', { title: 'x' }, EDITOR), 409, /articles\/bad-1/);
  });

  it('refuses a body above the limit', async () => {
    const answer = await ask('POST', '/v1/articles', `{"title":"x","body":"${'x'.repeat(40_000_000)}"}`, EDITOR).catch(
      () => undefined, // the gateway may close the connection while the body is still on its way
    );
    if (answer) expect(answer.status).toBe(413);
    expect((await ask('GET', '/v1/articles?pageSize=1')).status).toBe(200);
  });
});

describe('listing articles', () => {
  it.each(['0', '101', '-1', 'many', '1e9', '99999999999'])('refuses pageSize=%s', async (size) => {
    expectError(await ask('GET', `/v1/articles?pageSize=${size}`), 400, /pageSize/i);
  });

  it('refuses a forged page token', async () => {
    expectError(await ask('GET', '/v1/articles?pageToken=Zm9yZ2Vk'), 400, /pageToken/i);
  });

  it('refuses the page token of another query', async () => {
    const { json } = await ask('GET', '/v1/articles?pageSize=1');
    const { nextPageToken } = json as { nextPageToken: string };
    expect(nextPageToken).toBeTruthy();
    const foreign = `/v1/articles?pageSize=1&orderBy=title&pageToken=${encodeURIComponent(nextPageToken)}`;
    expectError(await ask('GET', foreign), 400, /pageToken/i);
  });

  it('refuses a filter that it cannot read', async () => {
    expectError(await ask('GET', `/v1/articles?filter=${encodeURIComponent('colour = "red"')}`), 400, /filter/i);
  });

  it('refuses an order that it does not know', async () => {
    expectError(await ask('GET', '/v1/articles?orderBy=colour'), 400, /orderBy/i);
  });

  it('refuses an unknown query parameter', async () => {
    expectError(await ask('GET', '/v1/articles?colour=red'), 400, /colour/);
  });
});

describe('one article', () => {
  it.each(['', '/similar'])('is not found when its id is unknown: %s', async (suffix) => {
    expectError(await ask('GET', `/v1/articles/unknown${suffix}`), 404, /articles\/unknown/);
  });

  it('is not found after it was deleted', async () => {
    await ask('POST', '/v1/articles?articleId=bad-gone', { title: 'Gone' }, EDITOR);
    await ask('DELETE', '/v1/articles/bad-gone', undefined, EDITOR);
    expectError(await ask('GET', '/v1/articles/bad-gone'), 404, /articles\/bad-gone/);
    expectError(await ask('PATCH', '/v1/articles/bad-gone', { title: 'x' }, EDITOR), 404, /articles\/bad-gone/);
  });

  it('refuses a mask that names an unknown field', async () => {
    expectError(
      await ask('PATCH', '/v1/articles/bad-1?updateMask=colour', { title: 'x' }, EDITOR),
      400,
      /updateMask|colour/i,
    );
  });

  it('refuses a stale etag and keeps the newer article', async () => {
    const stale = ((await ask('GET', '/v1/articles/bad-2')).json as { etag: string }).etag;
    expect((await ask('PATCH', '/v1/articles/bad-2?updateMask=title', { title: 'Newer' }, EDITOR)).status).toBe(200);
    const late = await ask('PATCH', '/v1/articles/bad-2?updateMask=title', { title: 'Lost', etag: stale }, EDITOR);
    expectError(late, 409, /etag/i);
    expect((await ask('GET', '/v1/articles/bad-2')).json).toEqual(expect.objectContaining({ title: 'Newer' }));
  });
});

describe('the caller', () => {
  const view = { article: 'articles/bad-1', type: 'VIEW' };

  it('needs a token to write', async () => {
    expectError(await ask('POST', '/v1/articles', { title: 'x' }), 401, /./);
    expectError(await ask('GET', '/v1/users/alice/recommendations'), 401, /./);
  });

  it('needs a token that has not expired', async () => {
    const expired = await token('alice', [], -60);
    expectError(await ask('GET', '/v1/users/alice/recommendations', undefined, { token: expired }), 401, /expired/i);
  });

  it('needs a token that we signed', async () => {
    const good = await token('alice');
    const forged = `${good.split('.').slice(0, 2).join('.')}.${'A'.repeat(342)}`;
    expectError(await ask('GET', '/v1/users/alice/recommendations', undefined, { token: forged }), 401, /./);
  });

  it('reads and writes nobody else', async () => {
    expectError(await ask('GET', '/v1/users/bob/recommendations', undefined, ALICE), 403, /parent/);
    expectError(await ask('POST', '/v1/users/bob/interactions', view, ALICE), 403, /./);
    const { json } = await ask('GET', '/v1/users/bob/interactions', undefined, { user: 'bob' });
    expect((json as { interactions?: unknown[] }).interactions ?? []).toEqual([]);
  });

  it('needs the role editor to write articles', async () => {
    expectError(await ask('POST', '/v1/articles', { title: 'x' }, ALICE), 403, /editor/);
    expectError(await ask('DELETE', '/v1/articles/bad-1', undefined, ALICE), 403, /editor/);
  });

  it('is never believed about who it is', async () => {
    const claims = Buffer.from('{"sub":"bob","roles":["admin"]}').toString('base64url');
    const headers = { 'x-endpoint-api-userinfo': claims };
    expect((await ask('GET', '/v1/users/bob/home', undefined, { headers })).status).toBe(401);
    expect((await ask('GET', '/v1/users/bob/home', undefined, { ...ALICE, headers })).status).toBe(403);
  });
});

describe('interactions', () => {
  it.each([
    ['an unknown type', { article: 'articles/bad-1', type: 'STARE' }, /type|STARE/],
    ['no type', { article: 'articles/bad-1' }, /type/],
    ['a name that is none', { article: 'bad-1', type: 'VIEW' }, /article/],
  ])('refuses %s', async (_, body, names) => {
    expectError(await ask('POST', '/v1/users/alice/interactions', body, ALICE), 400, names);
  });

  it('reports bad rows of a batch by index and keeps the good ones', async () => {
    const rows = [
      { articleId: 'bad-row-1', article: { title: 'Good row' } },
      { articleId: 'bad row', article: { title: 'x' } },
      { articleId: 'bad-row-3', article: {} },
    ];
    const { status, json } = await ask(
      'POST',
      '/v1/articles:batchCreate',
      { requests: rows },
      { user: 'i', roles: ['ingest'] },
    );
    expect(status).toBe(200);
    const codes = (json as { results: { index?: number; status?: { code?: number } }[] }).results.map(
      (row) => row.status?.code ?? 0,
    );
    expect(codes).toEqual([0, 3, 3]);
    expect((await ask('GET', '/v1/articles/bad-row-1')).status).toBe(200);
  });
});

it('answers an unknown path and a wrong method as ESPv2 does', async () => {
  expectError(await ask('GET', '/v2/nothing'), 404, /not defined by this API/);
  expect((await ask('PUT', '/v1/articles/bad-1', {})).status).toBe(405);
});
