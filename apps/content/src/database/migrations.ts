import type { Migration } from '@kiban/database';
import { type Kysely, sql } from 'kysely';

const articles: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table article (
        article_id text collate "C" primary key,
        title text collate "C" not null,
        body text not null,
        tags text[] not null,
        language text not null,
        url text not null,
        authors text[] not null,
        create_time timestamptz not null,
        update_time timestamptz not null,
        etag text not null,
        delete_time timestamptz
      )`.execute(db);
    // One index for each order of ListArticles; the id breaks ties, so that pages neither repeat nor skip.
    await sql`create index article_by_create_time on article (create_time, article_id) where delete_time is null`.execute(
      db,
    );
    await sql`create index article_by_update_time on article (update_time, article_id) where delete_time is null`.execute(
      db,
    );
    await sql`create index article_by_title on article (title, article_id) where delete_time is null`.execute(db);
    await sql`create index article_by_tag on article using gin (tags) where delete_time is null`.execute(db);
  },
};

const changes: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      create table article_change (
        xid xid8 not null default pg_current_xact_id(),
        seq bigint generated always as identity,
        kind smallint not null,
        article bytea not null,
        change_time timestamptz not null default now(),
        primary key (xid, seq)
      )`.execute(db);
    await sql`create index article_change_by_time on article_change (change_time)`.execute(db);
    await sql`create table article_change_horizon (xid xid8 not null)`.execute(db);
    await sql`insert into article_change_horizon values ('0')`.execute(db);
    // Called by the cron job that keeps the table small. The horizon moves in the same transaction, so that a
    // resume token from before it is refused rather than silently skipping what was dropped.
    await sql`
      create function prune_article_change(keep interval) returns bigint language sql as $$
        with gone as (delete from article_change where change_time < now() - keep returning xid),
          moved as (
            update article_change_horizon
            set xid = greatest(xid, (select max(xid::text::numeric)::text::xid8 from gone))
            where exists (select from gone))
        select count(*) from gone
      $$`.execute(db);
  },
};

const tokenKey: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table token_key (key bytea not null)`.execute(db);
    // gen_random_uuid draws 122 bits from the operating system's random source.
    await sql`
      insert into token_key
      select sha256((gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text)::bytea)`.execute(
      db,
    );
  },
};

/** Tables of the content service. Applied migrations are never edited; a change is a new entry. */
export const contentMigrations: Record<string, Migration> = {
  '001_articles': articles,
  '002_changes': changes,
  '003_token_key': tokenKey,
};
