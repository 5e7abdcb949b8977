import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTokenVerifier, ensureDevelopmentKeys, mintDevelopmentToken, type TokenVerifier } from '@kiban/auth';
import { BffService } from '@kiban/contracts/kiban/bff/v1';
import { ContentService } from '@kiban/contracts/kiban/content/v1';
import { RecommendationService } from '@kiban/contracts/kiban/recommendation/v1';
import { SimilarityService } from '@kiban/contracts/kiban/similarity/v1';
import { createGrpcClient, type GrpcClient, ServiceError } from '@kiban/grpc';
import { type RunningService, startService } from '@kiban/service';
import { bffService } from '../src/service.ts';
import { type ScriptedService, scriptService } from './scripted-service.ts';

export type BffClient = GrpcClient<typeof BffService>;

/** The BFF before scripted services, over real gRPC. */
export interface TestBff {
  service: RunningService;
  content: ScriptedService<typeof ContentService>;
  similarity: ScriptedService<typeof SimilarityService>;
  recommendation: ScriptedService<typeof RecommendationService>;
  /** Ids of the articles that the content service has. */
  articles: Set<string>;
  connect(subject?: string, options?: { roles?: string[]; ttlSeconds?: number }): Promise<BffClient>;
  anonymous: BffClient;
  /** A token as its login would give it to this user. */
  token(subject: string): Promise<string>;
  /** Checks such tokens, as a gateway does. */
  verifier: TokenVerifier;
  stop(): Promise<void>;
}

/** Recommends, ranks and lists the articles `a1` to `a9`; everybody has read `a1`. */
export async function startBff(extra: Record<string, string> = {}): Promise<TestBff> {
  const articles = new Set(Array.from({ length: 9 }, (_, i) => `a${i + 1}`));
  const article = (name: string) => ({ name, title: `Title of ${name}`, body: 'text' });
  const ranked = (from: number, reason: string) => () => ({
    articles: Array.from({ length: 9 - from }, (_, i) => ({ name: `articles/a${from + i + 1}`, score: 9 - i, reason })),
  });
  const has = (name: string) => articles.has(name.slice('articles/'.length));
  const content = await scriptService(ContentService, {
    batchGetArticles: ({ names }) => ({ articles: names.filter(has).map(article) }),
    getArticle({ name }) {
      if (!has(name)) throw ServiceError.notFound(name);
      return article(name);
    },
    listArticles: () => ({ articles: [...articles].map((id) => article(`articles/${id}`)), nextPageToken: 'next' }),
  });
  const similarity = await scriptService(SimilarityService, { listSimilar: ranked(1, 'similar') });
  const recommendation = await scriptService(RecommendationService, {
    listRecommendations: () => ({ ...ranked(2, 'for you')(), modelVersion: 'm1', asOfSeq: 7n }),
    listTrending: ranked(3, 'trending'),
    listInteractions: () => ({ interactions: [{ article: 'articles/a1' }] }),
    createInteraction: ({ parent, article: name }) => ({ name: `${parent}/interactions/1`, article: name }),
    deleteUser: () => ({}),
  });

  const folder = await mkdtemp(join(tmpdir(), 'kiban-bff-'));
  const keys = await ensureDevelopmentKeys(folder);
  const service = await startService(bffService, {
    env: {
      CONTENT_ADDRESS: content.address,
      SIMILARITY_ADDRESS: similarity.address,
      RECOMMENDATION_ADDRESS: recommendation.address,
      CALL_TIMEOUT_MS: '3000',
      SECTION_TIMEOUT_MS: '1000',
      GRPC_HOST: '127.0.0.1',
      GRPC_PORT: '0',
      OPS_PORT: '0',
      LOG_LEVEL: 'silent',
      LOG_FORMAT: 'json',
      DRAIN_MS: '1000',
      AUTH_JWKS_URL: keys.jwksFile,
      AUTH_ISSUER: keys.issuer,
      AUTH_AUDIENCE: keys.audience,
      ...extra,
    },
  });
  const clients: BffClient[] = [];
  const open = (metadata: Record<string, string>) => {
    const client = createGrpcClient(BffService, service.grpc, { metadata: () => metadata });
    clients.push(client);
    return client;
  };
  return {
    service,
    content,
    similarity,
    recommendation,
    articles,
    anonymous: open({}),
    token: (subject) => mintDevelopmentToken(folder, { subject }),
    verifier: createTokenVerifier({ jwks: keys.jwksFile, issuer: keys.issuer, audience: keys.audience }),
    async connect(subject = 'alice', options = {}) {
      return open({ authorization: `Bearer ${await mintDevelopmentToken(folder, { subject, ...options })}` });
    },
    async stop() {
      for (const client of clients) client.close();
      await service.stop();
      await Promise.all([content.kill(), similarity.kill(), recommendation.kill()]);
      await rm(folder, { recursive: true });
    },
  };
}
