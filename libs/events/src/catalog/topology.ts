import type { Topology } from '@kiban/pubsub';

/**
 * Kiban's topics and subscriptions, the one place that declares them. `npm run events -- apply` makes Pub/Sub match.
 * All topics keep the order of a key at any price: an event that Pub/Sub refuses holds its own key, nothing else.
 */
export const topology = {
  topics: {
    article: { onPoison: 'block' },
    interaction: { onPoison: 'block' },
    push: { onPoison: 'block' },
  },
  subscriptions: {
    'similarity-article': { topic: 'article' },
    'recommendation-article': { topic: 'article' },
    'similarity-interaction': { topic: 'interaction' },
    'prescale-push': { topic: 'push' },
  },
} as const satisfies Topology;

/** Name of a declared subscription. */
export type SubscriptionName = keyof typeof topology.subscriptions;
