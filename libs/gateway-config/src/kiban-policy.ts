import type { Access, GatewayPolicy } from './policy.ts';

const BFF = 'kiban.bff.v1.BffService';
const PUSH = 'kiban.recommendation.v1.PushService';

const OPEN = [
  'ListArticles',
  'GetArticle',
  'ListSimilarArticles',
  'SearchArticles',
  'ListTrendingArticles',
  'WatchArticles',
];
const FOR_USERS = [
  'CreateArticle',
  'UpdateArticle',
  'DeleteArticle',
  'BatchCreateArticles',
  'BatchCreateInteractions',
  'CreateInteraction',
  'ListInteractions',
  'ListRecommendations',
  'GetHome',
  'DeleteUser',
];

/**
 * Kiban's own policy. The gateway asks for a token; what its holder may do is decided by the BFF, which verifies the
 * token again: nothing that a client can set decides identity.
 */
export const kibanPolicy: GatewayPolicy = {
  services: [BFF, PUSH],
  backends: { [BFF]: 'bff:50051', [PUSH]: 'recommendation:50051' },
  access: {
    ...Object.fromEntries(OPEN.map((method): [string, Access] => [`${BFF}.${method}`, 'public'])),
    ...Object.fromEntries(FOR_USERS.map((method): [string, Access] => [`${BFF}.${method}`, 'users'])),
    [`${PUSH}.Deliver`]: 'push',
  },
  // Up to 1,000 rows in one transaction each.
  deadlinesMs: { [`${BFF}.BatchCreateArticles`]: 60_000, [`${BFF}.BatchCreateInteractions`]: 60_000 },
  defaultDeadlineMs: 15_000,
  options: {
    ignoreUnknownQueryParameters: true,
    // 4 MiB is gRPC's own limit for a message; a batch of 1,000 articles needs more than Envoy's 1 MiB.
    connectionBufferLimitBytes: 4 << 20,
    corsPreset: 'basic',
    corsAllowHeaders: 'Authorization,Content-Type,If-None-Match,Traceparent,X-Api-Key,X-Request-Id',
    corsExposeHeaders:
      'Content-Length,ETag,RateLimit-Limit,RateLimit-Remaining,RateLimit-Reset,Retry-After,X-Request-Id',
  },
  settableFromBody: {
    [`${BFF}.UpdateArticle article.name`]:
      'AIP-134: the body may repeat the name; the BFF checks the role, not the name',
    [`${PUSH}.Deliver topic`]: 'informative; the handler goes by the subscription and the verified token',
  },
};
