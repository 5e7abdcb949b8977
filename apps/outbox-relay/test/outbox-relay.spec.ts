import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, migrate } from '@kiban/database';
import { ArticleDeleted, createOutbox, InteractionRecorded, outboxMigrations, topology } from '@kiban/events';
import { applyTopology, startConsumer } from '@kiban/pubsub';
import { type RunningService, startService } from '@kiban/service';
import { testPostgres, testPubSub, until } from '@kiban/testing';
import { outboxRelay } from '../src/definition.ts';

let emulator: Awaited<ReturnType<typeof testPubSub>>;
let databases: { content: ReturnType<typeof createDatabase>; recommendation: ReturnType<typeof createDatabase> };
let service: RunningService;

async function outboxDatabase() {
  const { url } = await (await testPostgres()).createDatabase();
  const database = createDatabase({ url, onError: () => undefined });
  await migrate(database, { set: 'outbox', migrations: outboxMigrations });
  return database;
}

beforeAll(async () => {
  emulator = await testPubSub();
  databases = { content: await outboxDatabase(), recommendation: await outboxDatabase() };
  await applyTopology(topology, { emulatorHost: emulator.host, prefix: 'dev-' });
  service = await startService(outboxRelay, {
    env: {
      GRPC_HOST: '127.0.0.1',
      GRPC_PORT: '0',
      OPS_PORT: '0',
      LOG_LEVEL: 'silent',
      DATABASE_URL_CONTENT: databases.content.options.url,
      DATABASE_URL_RECOMMENDATION: databases.recommendation.options.url,
      PUBSUB_EMULATOR_HOST: emulator.host,
      PUBSUB_PREFIX: 'dev-',
    },
  });
}, 60_000);

afterAll(async () => {
  await service.stop();
  await databases.content.close();
  await databases.recommendation.close();
  await emulator.close();
});

describe('the outbox relay', () => {
  it('moves the events of both databases to Pub/Sub and counts them', async () => {
    const seen: string[] = [];
    const consumers = await Promise.all(
      (['similarity-article', 'recommendation-article', 'similarity-interaction'] as const).map((subscription) =>
        startConsumer({
          emulatorHost: emulator.host,
          prefix: 'dev-',
          subscription,
          handle: async ({ attributes }) => void seen.push(attributes['ce-type'] ?? ''),
        }),
      ),
    );
    const outbox = createOutbox({ source: 'test' });
    await databases.content.tx(async (tx) => outbox.publish(tx, ArticleDeleted, { articleId: 'a' }));
    await databases.recommendation.tx(async (tx) => outbox.publish(tx, InteractionRecorded, { userId: 'u' }));
    await until(() => seen.length === 3, { timeoutMs: 20_000, message: 'both events' });
    expect(seen.sort()).toEqual([ArticleDeleted.type, ArticleDeleted.type, InteractionRecorded.type]);
    const metrics = await (await fetch(`http://${service.ops}/metrics`)).text();
    expect(metrics).toMatch(/outbox_published_total\{[^}]*database="content"[^}]*\} 1/);
    expect(metrics).toMatch(/outbox_commit_to_publish_seconds_count\{[^}]*database="recommendation"[^}]*\} 1/);
    await Promise.all(consumers.map((consumer) => consumer.drain()));
  }, 60_000);
});
