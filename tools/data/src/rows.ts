/** One row of POST /v1/articles:batchCreate, in proto3 JSON. */
export interface ArticleRow {
  readonly articleId: string;
  readonly article: {
    readonly title: string;
    readonly body?: string;
    readonly tags?: readonly string[];
    readonly language?: string;
    readonly url?: string;
    readonly authors?: readonly string[];
    readonly createTime?: string;
  };
}

/** What a reader can do with an article. */
export const INTERACTION_TYPES = ['VIEW', 'LIKE', 'BOOKMARK', 'SHARE', 'FOLLOW', 'COMMENT'] as const;
export type InteractionType = (typeof INTERACTION_TYPES)[number];

/** One row of POST /v1/interactions:batchCreate, in proto3 JSON. */
export interface InteractionRow {
  readonly interactionId: string;
  /** `users/{id}` */
  readonly user: string;
  /** `articles/{id}` */
  readonly article: string;
  readonly type: InteractionType;
  /** RFC 3339 */
  readonly time: string;
}
