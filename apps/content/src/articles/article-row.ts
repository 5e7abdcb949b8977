import { create } from '@bufbuild/protobuf';
import { type Article, ArticleSchema } from '@kiban/contracts/kiban/content/v1';
import { articleName } from './article-name.ts';
import { selectMicros, toTimestamp } from './micros.ts';

/** An article as selectArticle reads it. */
export interface ArticleRow {
  article_id: string;
  title: string;
  body: string;
  tags: string[];
  language: string;
  url: string;
  authors: string[];
  etag: string;
  /** Microseconds since 1970. */
  created: string;
  /** Microseconds since 1970. */
  updated: string;
}

/** The columns of an ArticleRow: `selectFrom('article').select(articleColumns)`. */
export const articleColumns = [
  'article_id',
  'title',
  'body',
  'tags',
  'language',
  'url',
  'authors',
  'etag',
  selectMicros('create_time').as('created'),
  selectMicros('update_time').as('updated'),
] as const;

/** The resource of a row. */
export function toArticle(row: ArticleRow): Article {
  return create(ArticleSchema, {
    name: articleName(row.article_id),
    title: row.title,
    body: row.body,
    tags: row.tags,
    language: row.language,
    url: row.url,
    authors: row.authors,
    etag: row.etag,
    createTime: toTimestamp(row.created),
    updateTime: toTimestamp(row.updated),
  });
}
