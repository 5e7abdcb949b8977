import { create, fromJson, type JsonObject } from '@bufbuild/protobuf';
import { SubscriptionSchema, TopicSchema } from '@kiban/contracts/google/pubsub/v1';
import { parse } from 'yaml';
import type { Core } from './core/core.ts';
import { createSubscription } from './core/subscriptions.ts';
import { createTopic } from './core/topics.ts';

/** Topics and subscriptions to have at start. Fields are those of the API, in JSON form (ackDeadlineSeconds: 30). */
export interface Setup {
  readonly project: string;
  readonly topics: readonly SetupTopic[];
}

export interface SetupTopic {
  readonly name: string;
  readonly subscriptions: readonly JsonObject[];
  readonly config: JsonObject;
}

/**
 * Reads
 * ```yaml
 * project: my-project
 * topics:
 *   - name: orders
 *     subscriptions:
 *       - name: billing
 *         enableMessageOrdering: true
 * ```
 * Throws an Error that says what is wrong.
 */
export function parseSetup(text: string): Setup {
  const document = parse(text) as { project?: unknown; topics?: unknown } | null;
  if (typeof document?.project !== 'string') throw new Error('the set-up file needs "project: ID" at its top');
  if (!Array.isArray(document.topics)) throw new Error('the set-up file needs a list "topics:"');
  const topics = document.topics.map((item: unknown, i): SetupTopic => {
    const { name, subscriptions = [], ...config } = (typeof item === 'string' ? { name: item } : item) as JsonObject;
    if (typeof name !== 'string') throw new Error(`topics[${i}] of the set-up file has no name`);
    if (!Array.isArray(subscriptions)) throw new Error(`subscriptions of topic ${name} must be a list`);
    return {
      name,
      config,
      subscriptions: subscriptions.map((entry) =>
        typeof entry === 'string' ? { name: entry } : (entry as JsonObject),
      ),
    };
  });
  return { project: document.project, topics };
}

/** Creates what is missing. What exists stays as it is. */
export function applySetup(core: Core, setup: Setup, now: number): void {
  const full = (kind: string, name: string): string =>
    name.startsWith('projects/') ? name : `projects/${setup.project}/${kind}/${name}`;
  for (const { name, config } of setup.topics) {
    const topicName = full('topics', name);
    if (core.topics.has(topicName)) continue;
    createTopic(core, create(TopicSchema, fromJson(TopicSchema, { ...config, name: topicName })));
  }
  // After all topics: a dead-letter topic may be declared later in the file.
  for (const topic of setup.topics) {
    for (const entry of topic.subscriptions) {
      const name = full('subscriptions', entry['name'] as string);
      if (core.subscriptions.has(name)) continue;
      const json: JsonObject = { ...entry, name, topic: full('topics', topic.name) };
      const policy = json['deadLetterPolicy'] as JsonObject | undefined;
      if (typeof policy?.['deadLetterTopic'] === 'string') {
        json['deadLetterPolicy'] = { ...policy, deadLetterTopic: full('topics', policy['deadLetterTopic']) };
      }
      createSubscription(core, fromJson(SubscriptionSchema, json), now);
    }
  }
}
