import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDevelopmentKeys, mintDevelopmentToken } from '@kiban/auth';
import { RecommendationService } from '@kiban/contracts/kiban/recommendation/v1';
import { createDatabase, type Database } from '@kiban/database';
import { type EventSource, startEventSource } from '@kiban/events/testing';
import { createGrpcClient, type GrpcClient } from '@kiban/grpc';
import { startPubSubEmulator } from '@kiban/pubsub-emulator';
import { type RunningService, startService } from '@kiban/service';
import { testPostgres } from '@kiban/testing';
import { recommendationService } from '../src/recommendation.service.ts';

type Client = GrpcClient<typeof RecommendationService>;

/** What the tests talk to: the service, real PostgreSQL, Pub/Sub, and somebody who publishes articles. */
export interface Platform extends Pick<EventSource, 'publish'> {
  /** A client that sends a token of a user; without one, no token. */
  as: (user?: string, roles?: readonly string[], service?: RunningService) => Promise<Client>;
  /** The database of the service. */
  database: Database<never>;
  /** Starts one more replica on the same database. */
  replica: () => Promise<RunningService>;
  close: () => Promise<void>;
}

export async function startPlatform(): Promise<Platform> {
  const closing: (() => unknown)[] = [];
  const postgres = await testPostgres();
  const pubsub = await startPubSubEmulator();
  const connection = { project: 'kiban-local', emulatorHost: pubsub.host };
  closing.push(() => pubsub.close());

  const folder = await mkdtemp(join(tmpdir(), 'kiban-recommendation-'));
  closing.push(() => rm(folder, { recursive: true }));
  const keys = await ensureDevelopmentKeys(folder);

  const source = await startEventSource('content', (await postgres.createDatabase()).url, connection);
  closing.push(() => source.stop());

  const { url } = await postgres.createDatabase();
  const database = createDatabase<never>({ url });
  closing.push(() => database.close());
  const replica = async (): Promise<RunningService> => {
    const running = await startService(recommendationService, {
      env: {
        DATABASE_URL_RECOMMENDATION: url,
        MIGRATE_ON_START: '1',
        PUBSUB_EMULATOR_HOST: pubsub.host,
        GRPC_HOST: '127.0.0.1',
        GRPC_PORT: '0',
        OPS_PORT: '0',
        LOG_LEVEL: 'warn',
        DRAIN_MS: '2000',
        AUTH_JWKS_URL: keys.jwksFile,
        AUTH_ISSUER: keys.issuer,
        AUTH_AUDIENCE: keys.audience,
      },
    });
    closing.push(() => running.stop());
    return running;
  };
  const first = await replica();
  return {
    database,
    replica,
    as: async (user, roles = [], service = first) => {
      const token = user === undefined ? undefined : await mintDevelopmentToken(folder, { subject: user, roles });
      const metadata = (): Record<string, string> => (token ? { authorization: `Bearer ${token}` } : {});
      const client = createGrpcClient(RecommendationService, service.grpc, { metadata });
      closing.push(() => client.close());
      return client;
    },
    publish: source.publish,
    close: async () => {
      for (const close of closing.toReversed()) await close();
    },
  };
}
