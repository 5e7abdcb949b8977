import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt';
import { create } from '@bufbuild/protobuf';
import { BadRequestSchema, Code, StatusSchema } from '@kiban/contracts/google/rpc';
import { ArticleChange_Kind } from '@kiban/contracts/kiban/content/v1';
import { InteractionType } from '@kiban/contracts/kiban/events/v1';
import { ServiceError } from '@kiban/grpc';
import { refusal } from '@kiban/grpc/testing';
import { type BffClient, startBff, type TestBff } from './start-bff.ts';

let bff: TestBff;
let alice: BffClient;
let editor: BffClient;
let original: { content: object; similarity: object; recommendation: object };

beforeAll(async () => {
  bff = await startBff();
  alice = await bff.connect();
  editor = await bff.connect('ed', { roles: ['editor'] });
  original = {
    content: { ...bff.content.methods },
    similarity: { ...bff.similarity.methods },
    recommendation: { ...bff.recommendation.methods },
  };
}, 60_000);
afterEach(() => {
  bff.content.methods = { ...original.content };
  bff.similarity.methods = { ...original.similarity };
  bff.recommendation.methods = { ...original.recommendation };
});
afterAll(() => bff.stop());

type Call = (client: BffClient) => Promise<unknown>;
const firstOf = (stream: AsyncIterable<unknown>) => stream[Symbol.asyncIterator]().next();
const view = { article: 'articles/a1', type: InteractionType.VIEW };
const ofAlice: [string, Call][] = [
  ['createInteraction', (client) => client.createInteraction({ parent: 'users/alice', interaction: view })],
  ['listInteractions', (client) => client.listInteractions({ parent: 'users/alice' })],
  ['listRecommendations', (client) => client.listRecommendations({ parent: 'users/alice' })],
  ['getHome', (client) => client.getHome({ name: 'users/alice' })],
  ['deleteUser', (client) => client.deleteUser({ name: 'users/alice' })],
];

describe('who may call', () => {
  it.each(ofAlice)('%s: the reader and an admin, nobody else', async (_, call) => {
    await call(alice);
    await call(await bff.connect('root', { roles: ['admin'] }));
    expect((await refusal(call(bff.anonymous))).code).toBe('UNAUTHENTICATED');
    expect((await refusal(call(await bff.connect('bob')))).code).toBe('PERMISSION_DENIED');
    const expired = await bff.connect('alice', { ttlSeconds: -60 });
    expect(await refusal(call(expired))).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(/expired/i),
    });
  });

  it.each<[string, Call]>([
    ['createArticle', (client) => client.createArticle({ article: { title: 'T' } })],
    ['updateArticle', (client) => client.updateArticle({ article: { name: 'articles/a1', title: 'T' } })],
    ['deleteArticle', (client) => client.deleteArticle({ name: 'articles/a1' })],
    ['batchCreateArticles', (client) => client.batchCreateArticles({ requests: [{}] })],
    ['batchCreateInteractions', (client) => client.batchCreateInteractions({ requests: [{}] })],
  ])('%s: not a reader', async (_, call) => {
    expect((await refusal(call(bff.anonymous))).code).toBe('UNAUTHENTICATED');
    expect((await refusal(call(alice))).code).toBe('PERMISSION_DENIED');
  });

  it('users/me is the caller', async () => {
    let parent = '';
    bff.recommendation.methods.listInteractions = (request) => {
      parent = request.parent;
      return {};
    };
    await alice.listInteractions({ parent: 'users/me' });
    expect(parent).toBe('users/alice');
  });

  it('passes the caller’s token on, so that every service can check it again', async () => {
    let token: unknown;
    bff.recommendation.methods.listInteractions = (_, call) => {
      token = call.metadata.get('authorization')[0];
      return {};
    };
    await alice.listInteractions({ parent: 'users/me' });
    expect(token).toMatch(/^Bearer ey/);
  });
});

describe('bad input names the field', () => {
  it.each<[string, string, Call]>([
    ['a page size of 101', 'pageSize', (client) => client.listArticles({ pageSize: 101 })],
    ['a malformed name', 'name', (client) => client.getArticle({ name: 'articles/a/b' })],
    ['an empty query', 'query', (client) => client.searchArticles({ query: '' })],
    ['a query that is too long', 'query', (client) => client.searchArticles({ query: 'x'.repeat(501) })],
    [
      'an interaction of no type',
      'interaction.type',
      (client) => client.createInteraction({ parent: 'users/me', interaction: { article: 'articles/a1' } }),
    ],
    [
      'an interaction with no article',
      'interaction.article',
      (client) => client.createInteraction({ parent: 'users/me', interaction: { type: InteractionType.VIEW } }),
    ],
    ['no interaction', 'interaction', (client) => client.createInteraction({ parent: 'users/me' })],
    [
      'a resume token that is too long',
      'resumeToken',
      (client) => firstOf(client.watchArticles({ resumeToken: 'x'.repeat(201) })),
    ],
  ])('%s', async (_, field, call) => {
    expect(await refusal(call(alice))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: { [field]: expect.any(String) },
    });
  });

  it('passes on what a service refused, with its fields', async () => {
    bff.content.methods.createArticle = () => {
      throw ServiceError.invalidArgument([{ field: 'article.title', description: 'must not be empty' }]);
    };
    expect(await refusal(editor.createArticle({ article: {} }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: { 'article.title': 'must not be empty' },
    });
  });

  it('passes on each row of a batch with its fields', async () => {
    const fieldViolations = [{ field: 'requests[0].articleId', description: 'is bad' }];
    bff.content.methods.batchCreateArticles = ({ requests }) => ({
      results: requests.map((row, index) => ({
        index,
        status: row.articleId
          ? { code: Code.OK }
          : {
              code: Code.INVALID_ARGUMENT,
              details: [anyPack(BadRequestSchema, create(BadRequestSchema, { fieldViolations }))],
            },
      })),
    });
    const { results } = await editor.batchCreateArticles({
      requests: [{}, { articleId: 'x', article: { title: 'T' } }],
    });
    expect(results.map(({ index, status }) => [index, status?.code])).toEqual([
      [0, Code.INVALID_ARGUMENT],
      [1, Code.OK],
    ]);
    const [detail] = results[0]?.status?.details ?? [];
    expect(detail && anyUnpack(detail, BadRequestSchema)?.fieldViolations).toMatchObject(fieldViolations);
    expect(results[1]?.status).toEqual(create(StatusSchema, { code: 0 }));
  });
});

describe('what is not there', () => {
  it('an interaction with an unknown article is NOT_FOUND and not recorded', async () => {
    let recorded = false;
    bff.recommendation.methods.createInteraction = () => {
      recorded = true;
      return {};
    };
    const call = alice.createInteraction({
      parent: 'users/me',
      interaction: { article: 'articles/none', type: InteractionType.VIEW },
    });
    expect(await refusal(call)).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('articles/none') });
    expect(recorded).toBe(false);
  });

  it('similar articles of an unknown article are NOT_FOUND, of one that is not indexed yet none', async () => {
    bff.similarity.methods.listSimilar = ({ name }) => {
      throw ServiceError.notFound(name);
    };
    expect((await refusal(alice.listSimilarArticles({ name: 'articles/none' }))).code).toBe('NOT_FOUND');
    expect((await alice.listSimilarArticles({ name: 'articles/a1' })).articles).toEqual([]);
  });
});

describe('while a service is away', () => {
  it('an interaction is recorded without the content service', async () => {
    bff.content.methods = {};
    const interaction = await alice.createInteraction({ parent: 'users/me', interaction: view });
    expect(interaction.name).toBe('users/alice/interactions/1');
  });

  it('recommendations fall back to what was trending, and without that to the newest', async () => {
    const other = await startBff(); // nobody has asked it for anything yet
    try {
      const reader = await other.connect();
      const { listTrending } = other.recommendation.methods;
      other.recommendation.methods = {};
      const newest = await reader.listRecommendations({ parent: 'users/me', pageSize: 2 });
      expect(newest.articles.map(({ reason }) => reason)).toEqual(['new', 'new']);
      other.recommendation.methods = { ...(listTrending && { listTrending }) };
      await reader.listTrendingArticles({});
      const trending = await reader.listRecommendations({ parent: 'users/me', pageSize: 2 });
      expect(trending.articles.map(({ reason }) => reason)).toEqual(['trending', 'trending']);
      expect(trending.modelVersion).toBe('');
    } finally {
      await other.stop();
    }
  });

  it('search says that it is away and shows nothing internal', async () => {
    await bff.similarity.kill();
    const refused = await refusal(alice.searchArticles({ query: 'grid' }));
    expect(refused.code).toBe('UNAVAILABLE');
    expect(refused.message).not.toContain('127.0.0.1');
    await bff.similarity.revive();
  });
});

describe('watching', () => {
  it('passes changes on with their resume tokens and ends upstream when the caller leaves', async () => {
    const left = Promise.withResolvers<void>();
    bff.content.methods.watchArticles = async function* ({ resumeToken }, { signal }) {
      signal.addEventListener('abort', () => left.resolve());
      for (let i = 1; !signal.aborted; i++) {
        yield {
          kind: ArticleChange_Kind.CREATED,
          article: { name: `articles/w${i}` },
          resumeToken: `${resumeToken}${i}`,
        };
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    const seen: string[] = [];
    for await (const { resumeToken } of bff.anonymous.watchArticles({ resumeToken: 't' })) {
      seen.push(resumeToken);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(['t1', 't2']);
    await left.promise;
  });

  it('goes on behind the last change when a replica of the content service ends the stream', async () => {
    const asked: string[] = [];
    bff.content.methods.watchArticles = async function* ({ resumeToken }) {
      asked.push(resumeToken);
      yield { kind: ArticleChange_Kind.CREATED, article: { name: 'articles/w' }, resumeToken: `t${asked.length}` };
      if (asked.length === 1) throw ServiceError.unavailable('The server is shutting down.');
    };
    const seen: string[] = [];
    for await (const { resumeToken } of bff.anonymous.watchArticles({})) {
      seen.push(resumeToken);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual(['t1', 't2', 't3']);
    expect(asked).toEqual(['', 't1', 't2']);
  });
});
