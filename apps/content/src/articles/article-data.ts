import { create } from '@bufbuild/protobuf';
import type { Article } from '@kiban/contracts/kiban/content/v1';
import { type ArticleData, ArticleDataSchema } from '@kiban/contracts/kiban/events/v1';
import { articleId } from './article-name.ts';

/** An article as events carry it. */
export function toArticleData(article: Article): ArticleData {
  const { title, body, tags, language, url, authors, createTime, updateTime } = article;
  return create(ArticleDataSchema, {
    articleId: articleId(article.name),
    title,
    body,
    tags,
    language,
    url,
    authors,
    ...(createTime && { createTime }),
    ...(updateTime && { updateTime }),
  });
}
