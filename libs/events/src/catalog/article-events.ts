import { ArticleDeletedSchema, ArticlePublishedSchema, ArticleUpdatedSchema } from '@kiban/contracts/kiban/events/v1';
import { defineEvent } from '../define-event.ts';

/** An article was created. Topic `article`, ordered by article. */
export const ArticlePublished = defineEvent(ArticlePublishedSchema, {
  topic: 'article',
  key: (event) => event.article?.articleId ?? '',
});

/** An article was changed. Topic `article`, ordered by article. */
export const ArticleUpdated = defineEvent(ArticleUpdatedSchema, {
  topic: 'article',
  key: (event) => event.article?.articleId ?? '',
});

/** An article was deleted. Topic `article`, ordered by article. */
export const ArticleDeleted = defineEvent(ArticleDeletedSchema, {
  topic: 'article',
  key: (event) => event.articleId,
});
