import type { Article } from '@kiban/contracts/kiban/content/v1';
import type { Tx } from '@kiban/database';
import { sql } from 'kysely';
import type { ContentSchema } from '../database/schema.ts';
import { type ArticleRow, toArticle } from './article-row.ts';
import { DEFAULT_LANGUAGE } from './article-fields.ts';
import { newEtag } from './etag.ts';
import { nowMicros, toMicros } from './micros.ts';

/** A checked article and its id. */
export interface NewArticle {
  id: string;
  article: Article;
}

/**
 * Inserts articles in one statement and returns those that are new. An id that is taken, also by a deleted article,
 * is left out. Times are written by the caller's clock: create_time when given, update_time always now.
 */
export async function insertArticles(tx: Tx<ContentSchema>, articles: NewArticle[]): Promise<Article[]> {
  const now = nowMicros();
  const rows: ArticleRow[] = articles
    .map(({ id, article }) => ({
      article_id: id,
      title: article.title,
      body: article.body,
      tags: article.tags,
      language: article.language || DEFAULT_LANGUAGE,
      url: article.url,
      authors: article.authors,
      etag: newEtag(),
      created: String((article.createTime && toMicros(article.createTime)) ?? now),
      updated: String(now),
    }))
    // One order for every transaction, so that two batches with the same ids cannot deadlock.
    .toSorted((a, b) => (a.article_id < b.article_id ? -1 : 1));
  const inserted = await sql<{ article_id: string }>`
    insert into article (article_id, title, body, tags, language, url, authors, create_time, update_time, etag)
    select article_id, title, body, tags, language, url, authors,
      timestamptz 'epoch' + created * interval '1 microsecond',
      timestamptz 'epoch' + updated * interval '1 microsecond', etag
    from json_to_recordset(${JSON.stringify(rows)}::json) as row (
      article_id text, title text, body text, tags text[], language text, url text, authors text[],
      created bigint, updated bigint, etag text)
    on conflict (article_id) do nothing
    returning article_id`.execute(tx.kysely);
  const fresh = new Set(inserted.rows.map((row) => row.article_id));
  return rows.filter((row) => fresh.has(row.article_id)).map(toArticle);
}
