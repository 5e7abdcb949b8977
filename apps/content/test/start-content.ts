import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDevelopmentKeys, mintDevelopmentToken } from '@kiban/auth';
import { ContentService } from '@kiban/contracts/kiban/content/v1';
import { createDatabase, type Database } from '@kiban/database';
import { drainOutbox, memoryBroker, type MemoryBroker } from '@kiban/events/testing';
import { createGrpcClient, type GrpcClient } from '@kiban/grpc';
import { type RunningService, startService } from '@kiban/service';
import { testPostgres } from '@kiban/testing';
import { migrateContent } from '../src/database/migrate-content.ts';
import type { ContentSchema } from '../src/database/schema.ts';
import { contentService } from '../src/service.ts';

export type ContentClient = GrpcClient<typeof ContentService>;

/** The content service on a database of its own, over real gRPC. */
export interface TestContent {
  service: RunningService;
  db: Database<ContentSchema>;
  /** A client with the role editor. */
  editor: ContentClient;
  /** A client without a token. */
  anonymous: ContentClient;
  /** A client with a token of these roles. */
  connect(roles?: string[]): Promise<ContentClient>;
  /** Another replica on the same database. */
  startReplica(): Promise<RunningService>;
  /** What the service published since it started, in order. */
  published(): Promise<MemoryBroker>;
  stop(): Promise<void>;
}

export async function startContent(): Promise<TestContent> {
  const postgres = await testPostgres();
  const { url } = await postgres.createDatabase({ template: { name: 'content', migrate: migrateAt } });
  const folder = await mkdtemp(join(tmpdir(), 'kiban-content-'));
  const keys = await ensureDevelopmentKeys(folder);
  const env = {
    DATABASE_URL_CONTENT: url,
    GRPC_HOST: '127.0.0.1',
    GRPC_PORT: '0',
    OPS_PORT: '0',
    LOG_LEVEL: 'silent',
    LOG_FORMAT: 'json',
    DRAIN_MS: '2000',
    AUTH_JWKS_URL: keys.jwksFile,
    AUTH_ISSUER: keys.issuer,
    AUTH_AUDIENCE: keys.audience,
  };
  const service = await startService(contentService, { env });
  const db = createDatabase<ContentSchema>({ url });
  const broker = memoryBroker();
  const clients: ContentClient[] = [];
  const open = (metadata: Record<string, string>) => {
    const client = createGrpcClient(ContentService, service.grpc, { metadata: () => metadata });
    clients.push(client);
    return client;
  };
  const connect = async (roles: string[] = []) =>
    open({ authorization: `Bearer ${await mintDevelopmentToken(folder, { subject: 'tester', roles })}` });
  const replicas: RunningService[] = [];
  return {
    service,
    db,
    editor: await connect(['editor']),
    anonymous: open({}),
    connect,
    async startReplica() {
      const replica = await startService(contentService, { env });
      replicas.push(replica);
      return replica;
    },
    async published() {
      await drainOutbox(db, { url, publisher: broker });
      return broker;
    },
    async stop() {
      for (const client of clients) client.close();
      for (const running of [service, ...replicas]) await running.stop();
      await db.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function migrateAt(url: string): Promise<void> {
  const db = createDatabase<ContentSchema>({ url });
  await migrateContent(db);
  await db.close();
}
