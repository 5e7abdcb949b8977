import { create } from '@bufbuild/protobuf';
import {
  type ListArticlesRequest,
  type ListArticlesResponse,
  ListArticlesResponseSchema,
} from '@kiban/contracts/kiban/content/v1';
import { sql } from 'kysely';
import { type ArticleRow, articleColumns, toArticle } from '../articles/article-row.ts';
import { timestamptz } from '../articles/micros.ts';
import type { ContentStore } from '../content-store.ts';
import { parseFilter } from './filter.ts';
import { type Order, parseOrderBy } from './order-by.ts';
import { decodePageToken, encodePageToken, type Position } from './page-token.ts';

const DEFAULT_PAGE_SIZE = 20;

/** Lists articles page by page. Pages go on behind the last article, so writes in between never repeat or skip one. */
export async function listArticles(store: ContentStore, request: ListArticlesRequest): Promise<ListArticlesResponse> {
  const terms = parseFilter(request.filter);
  const order = parseOrderBy(request.orderBy);
  const key = await store.tokenKey();
  const from = decodePageToken(key, request, request.pageToken);
  const size = request.pageSize ?? DEFAULT_PAGE_SIZE;

  let query = store.db.kysely.selectFrom('article').select(articleColumns).where('delete_time', 'is', null);
  for (const term of terms) {
    if (term.field === 'tag') query = query.where(sql<boolean>`tags @> array[${term.value}::text]`);
    else if (term.field === 'language') query = query.where('language', '=', term.value);
    else query = query.where('create_time', term.operator, timestamptz(term.value));
  }
  if (from) query = query.where(behind(order, from));
  const rows = await query
    .orderBy(order.column, order.direction)
    .orderBy('article_id', order.direction)
    .limit(size + 1)
    .execute();

  const page = rows.slice(0, size);
  const last = rows.length > size ? page.at(-1) : undefined;
  return create(ListArticlesResponseSchema, {
    articles: page.map(toArticle),
    nextPageToken: last
      ? encodePageToken(key, request, { articleId: last.article_id, value: valueOf(order, last) })
      : '',
  });
}

function behind(order: Order, from: Position) {
  const value = order.column === 'title' ? sql`${from.value}::text` : timestamptz(from.value);
  const operator = sql.raw(order.direction === 'asc' ? '>' : '<');
  return sql<boolean>`(${sql.ref(order.column)}, article_id) ${operator} (${value}, ${from.articleId}::text)`;
}

function valueOf(order: Order, row: ArticleRow): string {
  if (order.column === 'title') return row.title;
  return order.column === 'create_time' ? row.created : row.updated;
}
