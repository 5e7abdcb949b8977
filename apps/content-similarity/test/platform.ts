import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import { ensureDevelopmentKeys } from '@kiban/auth';
import { Health, HealthCheckResponse_ServingStatus as Serving } from '@kiban/contracts/health/v1';
import { SimilarityService } from '@kiban/contracts/kiban/similarity/v1';
import { createDatabase, migrate } from '@kiban/database';
import { createOutbox, createRelay, type EventDefinition, outboxMigrations, topology } from '@kiban/events';
import { createGrpcClient, type GrpcClient } from '@kiban/grpc';
import { applyTopology, createPublisher } from '@kiban/pubsub';
import { startPubSubEmulator } from '@kiban/pubsub-emulator';
import { startService } from '@kiban/service';
import { freePort, testPostgres } from '@kiban/testing';
import { Registry } from 'prom-client';
import { similarityService } from '../src/similarity.service.ts';

/** What the tests talk to: the service, real PostgreSQL, Pub/Sub, and somebody who publishes. */
export interface Platform {
  client: GrpcClient<typeof SimilarityService>;
  /** Publishes through an outbox and a relay, as the content service does. */
  publish: <D extends DescMessage>(event: EventDefinition<D>, message: MessageInitShape<D>) => Promise<void>;
  /** Whether the first replica's health service says that it can receive events. */
  consuming: () => Promise<boolean>;
  /** Pub/Sub goes away, and comes back on the same port with what it had. */
  pubsub: { stop: () => Promise<void>; start: () => Promise<void> };
  /** Seconds that the oldest unpublished event waits, as the relay's metric says. */
  oldestAge: () => Promise<number>;
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
  await applyTopology(topology, connection);

  const folder = await mkdtemp(join(tmpdir(), 'kiban-similarity-'));
  closing.push(() => rm(folder, { recursive: true }));
  const keys = await ensureDevelopmentKeys(folder);

  const source = await postgres.createDatabase();
  const database = createDatabase<never>({ url: source.url });
  closing.push(() => database.close());
  await migrate(database, { set: 'outbox', migrations: outboxMigrations });
  const outbox = createOutbox({ source: 'content', wake: database });
  const publisher = createPublisher(connection);
  const metrics = new Registry();
  const relay = createRelay({ databases: [{ name: 'content', url: source.url }], publisher, topology, metrics });
  closing.push(
    () => publisher.close(),
    () => relay.stop(),
  );

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
    async oldestAge() {
      const metric = await metrics.getSingleMetric('outbox_oldest_age_seconds')?.get();
      return metric?.values[0]?.value ?? 0;
    },
    publish: async (event, message) => {
      await database.tx(async (tx) => {
        outbox.publish(tx, event, message);
        await tx.query('SELECT 1');
      });
    },
    close: async () => {
      for (const close of closing.toReversed()) await close();
    },
  };
}
