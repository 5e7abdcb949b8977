import { ContentService } from '@kiban/contracts/kiban/content/v1';
import { createDatabase, type Database } from '@kiban/database';
import type { ServiceDefinition } from '@kiban/service';
import { type ContentConfig, contentConfig } from './config.ts';
import { ContentModule } from './content.module.ts';
import { migrateContent } from './database/migrate-content.ts';
import type { ContentSchema } from './database/schema.ts';
import { openStore } from './open-store.ts';

/** The content service: owner of articles. */
export const contentService: ServiceDefinition<typeof contentConfig> = {
  name: 'content',
  config: contentConfig,
  services: [ContentService],
  module(config, runtime) {
    const db = openDatabase(config);
    runtime.watchPool('content', db.pool);
    runtime.onDrain('database', () => db.close());
    const store = openStore(db, runtime.stopping);
    runtime.onReady('database', () => db.ping());
    if (config.MIGRATE_ON_START) runtime.onReady('migrations', () => migrateContent(db));
    runtime.onReady('change feed', () => store.feed.listen());
    runtime.onDrain('change feed', () => store.feed.close());
    return ContentModule.of(store);
  },
  commands: {
    async migrate(config, runtime) {
      const db = openDatabase(config);
      runtime.onDrain('database', () => db.close());
      await runtime.waitFor('database', () => db.ping());
      await migrateContent(db);
    },
  },
};

function openDatabase(config: ContentConfig): Database<ContentSchema> {
  return createDatabase<ContentSchema>({
    url: config.DATABASE_URL_CONTENT,
    max: config.DATABASE_MAX_CONNECTIONS,
    applicationName: 'content',
  });
}
