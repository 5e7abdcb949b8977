import type { Publisher } from '@kiban/contracts/google/pubsub/v1';
import { page } from '../core/paging.ts';
import { checkProject, projectOf } from '../core/names.ts';
import { publish } from '../core/publishing.ts';
import { detachSubscription } from '../core/subscriptions.ts';
import { createTopic, deleteTopic, getTopic, updateTopic } from '../core/topics.ts';
import type { Service } from '../service.ts';
import { type RawPublishRequest, writePublishResponse } from './publish-request.ts';
import type { UnaryHandlers } from './unary.ts';

/** Resolves when a client has read what it was sent. */
export type Read = (peer: string) => Promise<void>;

/** google.pubsub.v1.Publisher. */
export function publisherHandlers({ core, driver, commit }: Service, read: Read): UnaryHandlers<typeof Publisher> {
  return {
    createTopic: (request) => createTopic(core, request),
    updateTopic: (request) => updateTopic(core, request),
    publish: (request, { peer }) => {
      const raw = request as unknown as RawPublishRequest;
      const topic = getTopic(core, raw.topic);
      const published = publish(core, topic, raw.messages(), driver.now());
      const response = writePublishResponse(published.messages.map((message) => core.messageId(message.seq)));
      return commit(() => {
        driver.release(topic, published.visibility, () => read(peer));
        return response;
      });
    },
    getTopic: (request) => getTopic(core, request.topic).config,
    listTopics: (request) => {
      const project = checkProject(request.project);
      const topics = [...core.topics.values()].filter((topic) => projectOf(topic.name) === project);
      const { items, nextPageToken } = page(
        `${project}/topics`,
        topics,
        (topic) => topic.name,
        request.pageSize,
        request.pageToken,
      );
      return { topics: items.map((topic) => topic.config), nextPageToken };
    },
    listTopicSubscriptions: (request) => {
      const names = [...getTopic(core, request.topic).subscriptions].map((subscription) => subscription.name);
      const { items, nextPageToken } = page(
        `${request.topic}/subscriptions`,
        names,
        (name) => name,
        request.pageSize,
        request.pageToken,
      );
      return { subscriptions: items, nextPageToken };
    },
    listTopicSnapshots: (request) => {
      const names = [...getTopic(core, request.topic).snapshots].map((snapshot) => snapshot.config.name);
      const { items, nextPageToken } = page(
        `${request.topic}/snapshots`,
        names,
        (name) => name,
        request.pageSize,
        request.pageToken,
      );
      return { snapshots: items, nextPageToken };
    },
    deleteTopic: (request) => {
      deleteTopic(core, request.topic);
      return {};
    },
    detachSubscription: (request) => {
      detachSubscription(core, request.subscription);
      return {};
    },
  };
}
