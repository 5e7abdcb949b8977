import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { InteractionType } from '@kiban/contracts/kiban/events/v1';
import { ArticleDeleted, ArticlePublished } from '@kiban/events';
import { Code } from '@kiban/grpc';
import { until } from '@kiban/testing';
import { type Platform, startPlatform } from './platform.ts';

const ARTICLES = ['grid layout', 'flexible layout', 'opus sound codec', 'flac sound codec', 'rice', 'tea'];
const { VIEW, COMMENT } = InteractionType;

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
  for (const title of ARTICLES) await publish(title);
  const anybody = await platform.as();
  await until(async () => (await anybody.listTrending({})).articles.length === ARTICLES.length);
}, 60_000);
afterAll(() => platform.close());

const idOf = (title: string): string => title.replaceAll(' ', '-');
const named = (title: string): string => `articles/${idOf(title)}`;

async function publish(title: string): Promise<void> {
  const createTime = timestampFromDate(new Date(Date.now() - 3_600_000));
  await platform.publish(ArticlePublished, { article: { articleId: idOf(title), title, language: 'en', createTime } });
}

async function recommendedTo(user: string): Promise<string[]> {
  const { articles } = await (await platform.as(user)).listRecommendations({ parent: 'users/me' });
  return articles.map(({ name }) => name);
}

async function view(user: string, title: string): Promise<void> {
  await (await platform.as(user)).createInteraction({ parent: `users/${user}`, article: named(title), type: VIEW });
}

async function publishedTypes(): Promise<string[]> {
  const { rows } = await platform.database.query<{ type: string }>(
    `SELECT attributes->>'ce-type' AS type FROM outbox ORDER BY created_at, id`,
  );
  return rows.map(({ type }) => type.split('.').at(-1) ?? '');
}

describe('recommendations', () => {
  it('are trending and new articles for a reader that nobody knows', async () => {
    expect(await recommendedTo('nobody')).toHaveLength(ARTICLES.length);
  });

  it('change with an interaction of the reader within a second', async () => {
    const start = performance.now();
    await view('ann', 'opus sound codec');
    await until(async () => !(await recommendedTo('ann')).includes(named('opus sound codec')));
    expect(performance.now() - start).toBeLessThan(1_000);
    const { articles, modelVersion, asOfSeq } = await (await platform.as('ann')).listRecommendations({
      parent: 'users/ann',
      pageSize: 1,
    });
    expect(articles).toEqual([
      expect.objectContaining({
        name: named('flac sound codec'),
        reason: 'Because you read “opus sound codec”: sound, codec',
        becauseOf: named('opus sound codec'),
      }),
    ]);
    expect(modelVersion).toMatch(/^online-1\.\d+$/);
    expect(asOfSeq).toBeGreaterThan(BigInt(ARTICLES.length));
  });

  it('are only for the reader and administrators', async () => {
    const parent = 'users/ann';
    await expect((await platform.as('eve')).listRecommendations({ parent })).rejects.toMatchObject({
      code: Code.PERMISSION_DENIED,
    });
    await expect((await platform.as()).listRecommendations({ parent })).rejects.toMatchObject({
      code: Code.UNAUTHENTICATED,
    });
    const admin = await platform.as('root', ['admin']);
    expect((await admin.listRecommendations({ parent })).articles.length).toBeGreaterThan(0);
  });

  it('never hold a deleted article', async () => {
    await publish('short lived');
    await until(async () => (await recommendedTo('cat')).includes(named('short lived')));
    await platform.publish(ArticleDeleted, { articleId: idOf('short lived') });
    await until(async () => !(await recommendedTo('cat')).includes(named('short lived')));
  });
});

describe('trending', () => {
  it('is open to everybody and led by what is read most', async () => {
    for (const user of ['t1', 't2', 't3']) await view(user, 'tea');
    const anybody = await platform.as();
    await until(async () => (await anybody.listTrending({ pageSize: 1 })).articles[0]?.name === named('tea'));
    expect((await anybody.listTrending({ language: 'fr' })).articles).toEqual([]);
  });
});

describe('interactions', () => {
  const batch = Array.from({ length: 5 }, (_, at) => ({
    interactionId: `00000000-0000-4000-8000-00000000000${at}`,
    user: 'users/lee',
    article: named(ARTICLES[at] ?? ''),
    type: COMMENT,
    time: timestampFromDate(new Date(Date.UTC(2026, 0, 1, at))),
  }));

  it('are stored once and told once, however often a batch is sent', async () => {
    const client = await platform.as('loader', ['ingest']);
    const before = await publishedTypes();
    for (let round = 0; round < 2; round++) {
      const { results } = await client.batchCreateInteractions({ requests: [...batch, ...batch] });
      expect(results.map(({ status }) => status?.code)).toEqual(Array.from({ length: 10 }, () => Code.OK));
    }
    const told = (await publishedTypes()).slice(before.length);
    expect(told).toEqual(Array.from({ length: batch.length }, () => 'InteractionRecorded'));
  });

  it('are listed newest first, page by page, without repeats', async () => {
    const client = await platform.as('lee');
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await client.listInteractions({ parent: 'users/me', pageSize: 2, pageToken });
      seen.push(...page.interactions.map(({ article }) => article));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen).toEqual(batch.map(({ article }) => article).toReversed());
  });

  it('refuse a page token that was changed or belongs to another reader', async () => {
    const { nextPageToken } = await (await platform.as('lee')).listInteractions({ parent: 'users/lee', pageSize: 1 });
    const refused = { code: Code.INVALID_ARGUMENT, message: expect.stringContaining('pageToken') };
    const last = nextPageToken.at(-5) === 'A' ? 'B' : 'A';
    const changed = `${nextPageToken.slice(0, -5)}${last}${nextPageToken.slice(-4)}`;
    for (const [user, pageToken] of [
      ['lee', changed],
      ['lee', 'x'],
      ['ann', nextPageToken],
    ] as const) {
      const client = await platform.as(user);
      await expect(client.listInteractions({ parent: 'users/me', pageToken })).rejects.toMatchObject(refused);
    }
  });

  it('of a batch fail row by row, naming the field', async () => {
    const client = await platform.as('loader', ['ingest']);
    const good = { ...batch[0], interactionId: crypto.randomUUID(), user: 'users/kim' };
    const { results } = await client.batchCreateInteractions({
      requests: [
        { ...good, interactionId: 'no uuid' },
        good,
        { ...good, interactionId: crypto.randomUUID(), time: timestampFromDate(new Date(Date.now() + 3_600_000)) },
        { ...good, interactionId: crypto.randomUUID(), user: 'users/me' },
      ],
    });
    const { INVALID_ARGUMENT, OK } = Code;
    expect(results.map(({ status }) => status?.code)).toEqual([
      INVALID_ARGUMENT,
      OK,
      INVALID_ARGUMENT,
      INVALID_ARGUMENT,
    ]);
    expect(results[0]?.status?.message).toContain('requests[0].interactionId');
    expect((await (await platform.as('kim')).listInteractions({ parent: 'users/me' })).interactions).toHaveLength(1);
  });

  it('of a batch need the role ingest or editor', async () => {
    const ann = await platform.as('ann');
    await expect(ann.batchCreateInteractions({ requests: batch })).rejects.toMatchObject({
      code: Code.PERMISSION_DENIED,
    });
  });
});

describe('erasing a reader', () => {
  it('removes the interactions and their effect, tells everybody, and can be repeated', async () => {
    await view('gone', 'rice');
    await until(async () => !(await recommendedTo('gone')).includes(named('rice')));
    const client = await platform.as('gone');
    for (let round = 0; round < 2; round++) await client.deleteUser({ name: 'users/me' });
    expect((await client.listInteractions({ parent: 'users/me' })).interactions).toEqual([]);
    expect(await recommendedTo('gone')).toContain(named('rice'));
    expect((await publishedTypes()).slice(-2)).toEqual(['UserErased', 'UserErased']);
  });
});

describe('a replica that starts later', () => {
  it('recommends the same articles', async () => {
    const parent = 'users/ann';
    const service = await platform.replica();
    const [one, two] = [await platform.as('ann'), await platform.as('ann', [], service)];
    const names = async (client: typeof one) =>
      (await client.listRecommendations({ parent })).articles.map(({ name }) => name);
    // The order of near equals may differ: an erased reader taught the ranking of the replica that was there.
    expect((await names(two)).toSorted()).toEqual((await names(one)).toSorted());
    // What the first replica learned is kept for the next start.
    await service.stop();
    const { rows } = await platform.database.query<{ steps: number }>('SELECT steps FROM ranking');
    expect(rows[0]?.steps).toBeGreaterThan(0);
  });

  it('follows what others record', async () => {
    const service = await platform.replica();
    const client = await platform.as('ann', [], service);
    const names = async () =>
      (await client.listRecommendations({ parent: 'users/ann' })).articles.map(({ name }) => name);
    expect(await names()).toContain(named('grid layout'));
    await view('ann', 'grid layout');
    await until(async () => !(await names()).includes(named('grid layout')));
  });
});
