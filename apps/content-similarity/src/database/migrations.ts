import { type Database, type Migration, migrate, sqlMigration } from '@kiban/database';
import { inboxMigrations } from '@kiban/events';
import type { SimilaritySchema } from './schema.ts';

// One sequence for the three tables: together they are one log of changes in one order.
const tables = sqlMigration(`
  CREATE SEQUENCE change_seq;
  CREATE TABLE document (
    id text PRIMARY KEY,
    seq bigint NOT NULL UNIQUE,
    title text NOT NULL,
    body text NOT NULL,
    tags text[] NOT NULL,
    language text NOT NULL,
    deleted boolean NOT NULL DEFAULT false
  );
  CREATE TABLE reading (
    user_id text NOT NULL,
    article_id text NOT NULL,
    seq bigint NOT NULL UNIQUE,
    PRIMARY KEY (user_id, article_id)
  );
  CREATE TABLE erasure (
    seq bigint PRIMARY KEY,
    user_id text NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now()
  );
`);

/** Tables of the service. Applied migrations are never edited; a change is a new entry. */
const similarityMigrations: Record<string, Migration> = { '001_documents': tables };

/** Brings the database `similarity` up to date; safe to run by several replicas at once. */
export async function migrateSimilarity(database: Database<SimilaritySchema>): Promise<void> {
  await migrate(database, { set: 'inbox', migrations: inboxMigrations });
  await migrate(database, { set: 'similarity', migrations: similarityMigrations });
}
