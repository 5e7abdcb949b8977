import { clone } from '@bufbuild/protobuf';
import { type Topic, Topic_State, TopicSchema, type UpdateTopicRequest } from '@kiban/contracts/google/pubsub/v1';
import type { Core } from './core.ts';
import { alreadyExists, failedPrecondition, invalid, notFound } from './errors.ts';
import { checkLabels, checkName, DELETED_TOPIC } from './names.ts';
import { checkDuration, DAY, MINUTE } from './time.ts';
import { TopicState } from './topic.ts';
import { applyUpdateMask } from './update-mask.ts';

/** 1 in the State of every source. */
const ACTIVE = 1;

const MUTABLE = new Set([
  'labels',
  'message_storage_policy',
  'kms_key_name',
  'schema_settings',
  'message_retention_duration',
  'ingestion_data_source_settings',
  'message_transforms',
]);

export function createTopic(core: Core, request: Topic): Topic {
  checkName('topics', request.name, 'name');
  if (core.topics.has(request.name)) throw alreadyExists(request.name);
  const config = checkTopic(core, request);
  core.topics.set(config.name, new TopicState(config));
  core.journal?.topic(config.name, config);
  return config;
}

export function getTopic(core: Core, name: string): TopicState {
  if (name === DELETED_TOPIC) throw failedPrecondition('The topic of this subscription was deleted.');
  const topic = core.topics.get(name);
  if (topic) return topic;
  throw notFound(checkName('topics', name, 'topic'));
}

export function updateTopic(core: Core, request: UpdateTopicRequest): Topic {
  if (!request.topic) throw invalid('The topic of the update is missing.');
  const topic = getTopic(core, request.topic.name);
  const next = applyUpdateMask(TopicSchema, topic.config, request.topic, request.updateMask, MUTABLE);
  topic.config = checkTopic(core, next);
  core.journal?.topic(topic.name, topic.config);
  return topic.config;
}

/** Deletes a topic. Its subscriptions stay, with their backlog, and call their topic `_deleted-topic_`. */
export function deleteTopic(core: Core, name: string): void {
  const topic = getTopic(core, name);
  for (const subscription of topic.subscriptions) {
    subscription.topic = undefined;
    subscription.config = { ...subscription.config, topic: DELETED_TOPIC };
  }
  for (const snapshot of topic.snapshots) snapshot.config = { ...snapshot.config, topic: DELETED_TOPIC };
  core.topics.delete(name);
  core.policies.delete(name);
  core.journal?.topic(name, undefined);
}

function checkTopic(core: Core, request: Topic): Topic {
  const config = clone(TopicSchema, request);
  checkLabels(config.labels);
  if (config.messageRetentionDuration) {
    checkDuration(config.messageRetentionDuration, 'message_retention_duration', 10 * MINUTE, 31 * DAY);
  }
  if (config.messageStoragePolicy?.allowedPersistenceRegions.length === 0) {
    throw invalid('message_storage_policy.allowed_persistence_regions must not be empty: no region would be allowed.');
  }
  if (config.schemaSettings) core.checkSchemaSettings(config.schemaSettings);
  // Output only, and input only: the service never echoes what the caller put here.
  config.state = Topic_State.ACTIVE;
  const ingestion = config.ingestionDataSourceSettings?.source;
  if (ingestion?.case !== undefined) ingestion.value.state = ACTIVE;
  config.satisfiesPzs = false;
  config.tags = {};
  return config;
}
