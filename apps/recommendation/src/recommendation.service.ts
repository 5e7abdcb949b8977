import { Module } from '@nestjs/common';
import { createTokenVerifier } from '@kiban/auth';
import { PushService, RecommendationService } from '@kiban/contracts/kiban/recommendation/v1';
import { createDatabase } from '@kiban/database';
import { EventsModule, type PushAuth } from '@kiban/events';
import type { Runtime, ServiceDefinition } from '@kiban/service';
import { type Config, config } from './config.ts';
import { migrateRecommendation } from './database/migrations.ts';
import type { RecommendationSchema } from './database/schema.ts';
import { PushController } from './push/push.controller.ts';
import { RecommendationEvents } from './recommendation-events.ts';
import { restoreRanking, saveRanking } from './database/ranking.ts';
import { RecommendationStore } from './recommendation-store.ts';
import { RecommendationController } from './recommendation.controller.ts';

/** How much learning a crash may cost: the next start learns it again from the log. */
const SAVE_EVERY_MS = 30_000;

/** The service: what it reads, serves and does besides serving. */
export const recommendationService: ServiceDefinition<typeof config> = {
  name: 'recommendation',
  config,
  services: [RecommendationService, PushService],
  module: moduleOf,
  commands: {
    async migrate(settings, runtime) {
      const database = open(settings, runtime);
      await migrateRecommendation(database);
      await database.close();
    },
  },
};

function open(settings: Config, { logger }: Runtime) {
  return createDatabase<RecommendationSchema>({
    url: settings.DATABASE_URL_RECOMMENDATION,
    max: settings.DATABASE_MAX_CONNECTIONS,
    applicationName: 'recommendation',
    onError: (error) => logger.warn({ err: error }, 'a database connection was lost'),
  });
}

@Module({})
class RecommendationModule {}

function moduleOf(settings: Config, runtime: Runtime) {
  const { logger, health, metrics } = runtime;
  const database = open(settings, runtime);
  const warn = (error: unknown): void => logger.warn({ err: error }, 'the change log could not be followed');
  const store = new RecommendationStore(database, warn);
  runtime.watchPool('recommendation', database.pool);
  runtime.onDrain('database', () => database.close());
  runtime.onDrain('change log', () => store.tail.close());
  const saving = setInterval(() => {
    saveRanking(store).catch((error: unknown) => logger.warn({ err: error }, 'the ranking could not be saved'));
  }, SAVE_EVERY_MS).unref();
  runtime.onDrain('ranking', async () => {
    clearInterval(saving);
    await saveRanking(store);
  });
  runtime.onReady('the database', () => database.ping());
  if (settings.MIGRATE_ON_START) runtime.onReady('migrations', () => migrateRecommendation(database));
  runtime.onReady('the readers and articles', async () => {
    await restoreRanking(store);
    await store.tail.start();
    const { articleCount, modelVersion } = store.recommender;
    logger.info({ articles: articleCount, modelVersion, seq: String(store.tail.seq) }, 'the state is loaded');
  });
  const events = EventsModule.forRoot({
    database,
    project: settings.PUBSUB_PROJECT,
    prefix: settings.PUBSUB_PREFIX,
    emulatorHost: settings.PUBSUB_EMULATOR_HOST,
    pushAuth: pushAuth(settings),
    health,
    after: runtime.serving,
    metrics,
    drainMs: settings.DRAIN_MS,
    log: logger,
  });
  return {
    module: RecommendationModule,
    imports: [events],
    controllers: [RecommendationController, PushController],
    providers: [{ provide: RecommendationStore, useValue: store }, RecommendationEvents],
  };
}

function pushAuth({ PUSH_SERVICE_ACCOUNT, PUSH_AUDIENCE }: Config): PushAuth | undefined {
  if (PUSH_SERVICE_ACCOUNT === undefined || PUSH_AUDIENCE === undefined) return undefined;
  const verifier = createTokenVerifier({
    jwks: 'https://www.googleapis.com/oauth2/v3/certs',
    issuer: 'https://accounts.google.com',
    audience: PUSH_AUDIENCE,
  });
  return { verifier, serviceAccount: PUSH_SERVICE_ACCOUNT };
}
