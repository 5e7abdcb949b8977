import { Module } from '@nestjs/common';
import { SimilarityService } from '@kiban/contracts/kiban/similarity/v1';
import { createDatabase } from '@kiban/database';
import { EventsModule } from '@kiban/events';
import { type ConfigOf, connections, flag, postgresUrl, type Runtime, type ServiceDefinition } from '@kiban/service';
import * as z from 'zod';
import { migrateSimilarity } from './database/migrations.ts';
import type { SimilaritySchema } from './database/schema.ts';
import { SimilarityEvents } from './similarity-events.ts';
import { SimilarityStore } from './similarity-store.ts';
import { SimilarityController } from './similarity.controller.ts';

const config = {
  /** The database `similarity`. */
  DATABASE_URL_SIMILARITY: postgresUrl(),
  DATABASE_MAX_CONNECTIONS: connections(),
  /** Apply migrations before serving. */
  MIGRATE_ON_START: flag().default(false),
  PUBSUB_EMULATOR_HOST: z.string().optional(),
  PUBSUB_PROJECT: z.string().default('kiban-local'),
  PUBSUB_PREFIX: z.string().optional(),
};
type Config = ConfigOf<typeof config>;

/** The service: what it reads, serves and does besides serving. */
export const similarityService: ServiceDefinition<typeof config> = {
  name: 'content-similarity',
  config,
  services: [SimilarityService],
  module: moduleOf,
  commands: {
    async migrate(settings, runtime) {
      const database = open(settings, runtime);
      await migrateSimilarity(database);
      await database.close();
    },
  },
};

function open(settings: Config, { logger }: Runtime) {
  return createDatabase<SimilaritySchema>({
    url: settings.DATABASE_URL_SIMILARITY,
    max: settings.DATABASE_MAX_CONNECTIONS,
    applicationName: 'content-similarity',
    onError: (error) => logger.warn({ err: error }, 'a database connection was lost'),
  });
}

@Module({})
class SimilarityModule {}

function moduleOf(settings: Config, runtime: Runtime) {
  const { logger, health, metrics } = runtime;
  const database = open(settings, runtime);
  const store = new SimilarityStore(database, (error) => logger.warn({ err: error }, 'the index could not follow'));
  runtime.watchPool('similarity', database.pool);
  runtime.onDrain('database', () => database.close());
  runtime.onDrain('index', () => store.tail.close());
  runtime.onReady('the database', () => database.ping());
  if (settings.MIGRATE_ON_START) runtime.onReady('migrations', () => migrateSimilarity(database));
  runtime.onReady('the index', async () => {
    await store.load();
    logger.info({ articles: store.index.size, seq: String(store.tail.seq) }, 'the index is loaded');
  });
  const events = EventsModule.forRoot({
    database,
    project: settings.PUBSUB_PROJECT,
    prefix: settings.PUBSUB_PREFIX,
    emulatorHost: settings.PUBSUB_EMULATOR_HOST,
    health,
    after: runtime.serving,
    metrics,
    drainMs: settings.DRAIN_MS,
    log: logger,
  });
  return {
    module: SimilarityModule,
    imports: [events],
    controllers: [SimilarityController],
    providers: [{ provide: SimilarityStore, useValue: store }, SimilarityEvents],
  };
}
