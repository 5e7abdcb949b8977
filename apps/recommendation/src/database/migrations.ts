import { type Database, type Migration, migrate, sqlMigration } from '@kiban/database';
import { inboxMigrations, outboxMigrations } from '@kiban/events';
import type { RecommendationSchema } from './schema.ts';

// One sequence for the three tables: together they are one log of changes in one order.
const tables = sqlMigration(`
  CREATE SEQUENCE change_seq;
  CREATE TABLE article (
    id text PRIMARY KEY,
    seq bigint NOT NULL UNIQUE,
    title text NOT NULL,
    body text NOT NULL,
    tags text[] NOT NULL,
    language text NOT NULL,
    create_time timestamptz NOT NULL,
    deleted boolean NOT NULL DEFAULT false
  );
  CREATE TABLE interaction (
    seq bigint PRIMARY KEY,
    interaction_id uuid NOT NULL UNIQUE,
    user_id text NOT NULL,
    article_id text NOT NULL,
    type smallint NOT NULL,
    time timestamptz NOT NULL
  );
  CREATE INDEX interaction_by_user ON interaction (user_id, time DESC, seq DESC);
  CREATE TABLE erasure (
    seq bigint PRIMARY KEY,
    user_id text NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE token_key (key bytea NOT NULL);
  INSERT INTO token_key
    SELECT sha256((gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text)::bytea);
`);

const ranking = sqlMigration(`
  CREATE TABLE ranking (
    model text PRIMARY KEY,
    seq bigint NOT NULL,
    steps integer NOT NULL,
    weights float8[] NOT NULL,
    squares float8[] NOT NULL
  );
`);

/** Tables of the service. Applied migrations are never edited; a change is a new entry. */
const recommendationMigrations: Record<string, Migration> = {
  '001_interactions': tables,
  '002_ranking': ranking,
};

/** Brings the database `recommendation` up to date; safe to run by several replicas at once. */
export async function migrateRecommendation(database: Database<RecommendationSchema>): Promise<void> {
  await migrate(database, { set: 'outbox', migrations: outboxMigrations });
  await migrate(database, { set: 'inbox', migrations: inboxMigrations });
  await migrate(database, { set: 'recommendation', migrations: recommendationMigrations });
}
