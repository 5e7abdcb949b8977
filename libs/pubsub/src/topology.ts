/** Topics and subscriptions, declared once and applied by `applyTopology`. */
export interface Topology {
  readonly topics: Readonly<Record<string, TopicSpec>>;
  readonly subscriptions: Readonly<Record<string, SubscriptionSpec>>;
}

export interface TopicSpec {
  /**
   * What a relay does with an event that Pub/Sub refuses for its content: `block` holds its ordering key until somebody
   * drops or repairs it (order is kept at any price); `deadLetter` moves it to `outbox_dead` and goes on. Default block.
   */
  readonly onPoison?: 'block' | 'deadLetter';
  /** Seconds that the topic keeps messages for replay by seek. Default: not kept. */
  readonly retentionSeconds?: number;
}

export interface SubscriptionSpec {
  readonly topic: string;
  /** Deliver in order per ordering key. Default true. Cannot be changed later. */
  readonly ordered?: boolean;
  /** Seconds to acknowledge, 10 to 600. Default 30. */
  readonly ackDeadlineSeconds?: number;
  /** Seconds between redeliveries, both 0 to 600. Default 1 to 60. */
  readonly retry?: { readonly minimumSeconds: number; readonly maximumSeconds: number };
  /** After `attempts` (5 to 100) Pub/Sub forwards to this topic. Breaks the order of a key; default none. */
  readonly deadLetter?: { readonly topic: string; readonly attempts: number };
  /** Only messages whose attributes match, e.g. `attributes."ce-type" = "..."`. Cannot be changed later. */
  readonly filter?: string;
  /** Deliver by HTTP POST instead of waiting to be pulled. */
  readonly push?: PushSpec;
}

export interface PushSpec {
  /** Full URL. */
  readonly endpoint: string;
  /** Pub/Sub signs each request as this account (OIDC). */
  readonly serviceAccount?: string;
  /** `aud` of the token. Default: the endpoint. */
  readonly audience?: string;
}
