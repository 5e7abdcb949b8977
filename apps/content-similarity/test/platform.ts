import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDevelopmentKeys } from '@kiban/auth';
import { Health, HealthCheckResponse_ServingStatus as Serving } from '@kiban/contracts/health/v1';
import { SimilarityService } from '@kiban/contracts/kiban/similarity/v1';
import { type EventSource, startEventSource } from '@kiban/events/testing';
import { createGrpcClient, type GrpcClient } from '@kiban/grpc';
import { startPubSubEmulator } from '@kiban/pubsub-emulator';
import { startService } from '@kiban/service';
import { freePort, testPostgres } from '@kiban/testing';
import { similarityService } from '../src/similarity.service.ts';

/** What the tests talk to: the service, real PostgreSQL, Pub/Sub, and somebody who publishes. */
export interface Platform extends Pick<EventSource, 'publish' | 'oldestAge'> {
  client: GrpcClient<typeof SimilarityService>;
  /** Whether the first replica's health service says that it can receive events. */
  consuming: () => Promise<boolean>;
  /** Pub/Sub goes away, and comes back on the same port with what it had. */
  pubsub: { stop: () => Promise<void>; start: () => Promise<void> };
  /** Starts one more replica on the same database. */
  replica: () => Promise<GrpcClient<typeof SimilarityService>>;
  close: () => Promise<void>;
}

export async function startPlatform(): Promise<Platform> {
  const closing: (() => unknown)[] = [];
  const postgres = await testPostgres();
  const state = await mkdtemp(join(tmpdir(), 'kiban-similarity-pubsub-'));
  const port = await freePort();
  let pubsub = await startPubSubEmulator({ port, stateDir: state });
  const connection = { project: 'kiban-local', emulatorHost: pubsub.host };
  closing.push(
    () => rm(state, { recursive: true }),
    () => pubsub.close(),
  );
  const folder = await mkdtemp(join(tmpdir(), 'kiban-similarity-'));
  closing.push(() => rm(folder, { recursive: true }));
  const keys = await ensureDevelopmentKeys(folder);

  const source = await startEventSource('content', (await postgres.createDatabase()).url, connection);
  closing.push(() => source.stop());

  const { url } = await postgres.createDatabase();
  let address = '';
  const replica = async (): Promise<GrpcClient<typeof SimilarityService>> => {
    const running = await startService(similarityService, {
      env: {
        DATABASE_URL_SIMILARITY: url,
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
    address ||= running.grpc;
    const client = createGrpcClient(SimilarityService, running.grpc);
    closing.push(
      () => running.stop(),
      () => client.close(),
    );
    return client;
  };
  const client = await replica();
  const health = createGrpcClient(Health, address);
  closing.push(() => health.close());
  return {
    client,
    replica,
    async consuming() {
      return (await health.check({ service: 'consumer' })).status === Serving.SERVING;
    },
    pubsub: {
      stop: () => pubsub.close(),
      start: async () => void (pubsub = await startPubSubEmulator({ port, stateDir: state })),
    },
    publish: source.publish,
    oldestAge: source.oldestAge,
    close: async () => {
      for (const close of closing.toReversed()) await close();
    },
  };
}
