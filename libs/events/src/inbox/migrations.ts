import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const tables = sql`
CREATE TABLE inbox (
  subscription text NOT NULL,
  event_id uuid NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (subscription, event_id)
) PARTITION BY RANGE (event_id)`;

/** Ids that are no UUIDv7 or come from outside the days that have a partition. */
const rest = sql`CREATE TABLE inbox_rest PARTITION OF inbox DEFAULT`;

const dead = sql`
CREATE TABLE inbox_dead (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subscription text NOT NULL,
  topic text,
  message_id text NOT NULL,
  ordering_key text NOT NULL,
  payload bytea NOT NULL,
  attributes jsonb NOT NULL,
  reason text NOT NULL,
  error text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (subscription, message_id)
)`;

/** Tables of the consumer's side, for `migrate(database, { set: 'inbox', migrations: inboxMigrations })`. */
export const inboxMigrations: Record<string, Migration> = {
  '001_inbox': {
    async up(db: Kysely<unknown>) {
      for (const statement of [tables, rest, dead]) await statement.execute(db);
    },
  },
};
