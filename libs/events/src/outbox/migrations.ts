import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * `event_id` is the identity; `id` is only an order. `vacuum_truncate` is off because giving pages back takes an exclusive
 * lock; rows live for milliseconds, so vacuum runs on a fixed number of dead rows and never sleeps.
 */
const tables = sql`
CREATE TABLE outbox (
  shard smallint NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1),
  event_id uuid NOT NULL,
  topic text NOT NULL,
  ordering_key text NOT NULL,
  payload bytea NOT NULL,
  attributes jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (shard, id)
) WITH (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000, vacuum_truncate = off
)`;

const keys = sql`
CREATE TABLE outbox_key (
  topic text NOT NULL,
  ordering_key text NOT NULL,
  shard smallint NOT NULL,
  attempts int NOT NULL,
  retry_at timestamptz NOT NULL,
  last_error text NOT NULL,
  event_id uuid,
  PRIMARY KEY (topic, ordering_key)
) WITH (fillfactor = 70)`;

const dead = sql`
CREATE TABLE outbox_dead (
  event_id uuid PRIMARY KEY,
  topic text NOT NULL,
  ordering_key text NOT NULL,
  payload bytea NOT NULL,
  attributes jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  died_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  error text NOT NULL
)`;

/**
 * 1. A transaction id is forced before a number is taken: whoever reads the sequence and later sees every older
 *    transaction finished knows that all numbers up to there are settled (the relay's floor).
 * 2. Locks are taken in the order of their hash, the same for every transaction: no deadlock, even when two keys share one.
 * 3. The lock of a key comes before its numbers and is held until commit: numbers ascend in commit order inside a key.
 */
const publish = sql`
CREATE FUNCTION outbox_publish(
  ids uuid[], topics text[], keys text[], payloads bytea, lengths int[], attributes text[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_current_xact_id();
  PERFORM pg_advisory_xact_lock(lock) FROM (
    SELECT DISTINCT hashtextextended(k, hashtext(t)) AS lock FROM unnest(topics, keys) AS e(t, k) ORDER BY 1
  ) AS locks;
  INSERT INTO outbox (shard, event_id, topic, ordering_key, payload, attributes)
  SELECT hashtextextended(k, hashtext(t)) & 15, i, t, k, substring(payloads FROM (upto - len + 1)::int FOR len), a::jsonb
  FROM (
    SELECT i, t, k, a, len, n, sum(len) OVER (ORDER BY n) AS upto
    FROM unnest(ids, topics, keys, lengths, attributes) WITH ORDINALITY AS e(i, t, k, len, a, n)
  ) AS events
  ORDER BY n;
END $$`;

/** Tables of the producer's side, for `migrate(database, { set: 'outbox', migrations: outboxMigrations })`. */
export const outboxMigrations: Record<string, Migration> = {
  '001_outbox': {
    async up(db: Kysely<unknown>) {
      for (const statement of [tables, keys, dead, publish]) await statement.execute(db);
    },
  },
};
