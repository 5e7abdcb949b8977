import { type Database, migrate } from '@kiban/database';
import { outboxMigrations } from '@kiban/events';
import { contentMigrations } from './migrations.ts';
import type { ContentSchema } from './schema.ts';

/** Brings the database `content` up to date; safe to run by several replicas at once. */
export async function migrateContent(db: Database<ContentSchema>): Promise<void> {
  await migrate(db, { set: 'outbox', migrations: outboxMigrations });
  await migrate(db, { set: 'content', migrations: contentMigrations });
}
