import { clone, create } from '@bufbuild/protobuf';
import {
  BigQueryConfig_State,
  BigtableConfig_State,
  CloudStorageConfig_State,
  ExpirationPolicySchema,
  PushConfigSchema,
  type Subscription,
  Subscription_State,
  SubscriptionSchema,
} from '@kiban/contracts/google/pubsub/v1';
import type { Core } from './core.ts';
import { invalid } from './errors.ts';
import { parseFilter } from './filter.ts';
import { checkLabels, checkName } from './names.ts';
import { checkDuration, DAY, duration, durationMs, MINUTE, SECOND } from './time.ts';

/** How push requests look; the only attribute of a push endpoint. */
export const PUSH_VERSION = 'x-goog-version';

/** Checks a configuration and fills in the defaults. */
export function checkSubscription(core: Core, request: Subscription): Subscription {
  const config = clone(SubscriptionSchema, request);
  checkLabels(config.labels);
  checkDeadlineAndRetention(config);
  checkPolicies(core, config);
  checkDelivery(config);
  if (config.filter !== '') parseFilter(config.filter);
  config.state = Subscription_State.ACTIVE;
  if (config.bigqueryConfig) config.bigqueryConfig.state = BigQueryConfig_State.ACTIVE;
  if (config.cloudStorageConfig) config.cloudStorageConfig.state = CloudStorageConfig_State.ACTIVE;
  if (config.bigtableConfig) config.bigtableConfig.state = BigtableConfig_State.ACTIVE;
  config.tags = {};
  delete config.topicMessageRetentionDuration;
  delete config.analyticsHubSubscriptionInfo;
  return config;
}

function checkDeadlineAndRetention(config: Subscription): void {
  const seconds = config.ackDeadlineSeconds || 10;
  if (seconds < 10 || seconds > 600) {
    throw invalid(`Invalid ack deadline given (ack_deadline_seconds=${seconds}): it must be between 10 and 600.`);
  }
  config.ackDeadlineSeconds = seconds;
  config.messageRetentionDuration ??= duration(7 * DAY);
  checkDuration(config.messageRetentionDuration, 'message_retention_duration', 10 * MINUTE, 31 * DAY);
  config.expirationPolicy ??= create(ExpirationPolicySchema, { ttl: duration(31 * DAY) });
  const ttl = config.expirationPolicy.ttl;
  if (!ttl) return;
  checkDuration(ttl, 'expiration_policy.ttl', DAY, 100 * 365 * DAY);
  if (durationMs(ttl) < durationMs(config.messageRetentionDuration)) {
    throw invalid('Invalid expiration_policy.ttl: it must not be shorter than message_retention_duration.');
  }
}

function checkPolicies(core: Core, config: Subscription): void {
  const deadLetter = config.deadLetterPolicy;
  if (deadLetter) {
    checkName('topics', deadLetter.deadLetterTopic, 'dead_letter_policy.dead_letter_topic');
    const attempts = deadLetter.maxDeliveryAttempts || 5;
    if (attempts < 5 || attempts > 100) {
      throw invalid(`Invalid dead_letter_policy.max_delivery_attempts ${attempts}: it must be between 5 and 100.`);
    }
    deadLetter.maxDeliveryAttempts = attempts;
    core.checkDeadLetterTopic(deadLetter.deadLetterTopic);
  }
  const retry = config.retryPolicy;
  if (!retry) return;
  retry.minimumBackoff ??= duration(10 * SECOND);
  retry.maximumBackoff ??= duration(600 * SECOND);
  checkDuration(retry.minimumBackoff, 'retry_policy.minimum_backoff', 0, 600 * SECOND);
  checkDuration(retry.maximumBackoff, 'retry_policy.maximum_backoff', 0, 600 * SECOND);
  if (durationMs(retry.minimumBackoff) > durationMs(retry.maximumBackoff)) {
    throw invalid('Invalid retry_policy: minimum_backoff must not be longer than maximum_backoff.');
  }
}

function checkDelivery(config: Subscription): void {
  config.pushConfig ??= create(PushConfigSchema);
  const push = config.pushConfig;
  const targets = [push.pushEndpoint !== '', config.bigqueryConfig, config.cloudStorageConfig, config.bigtableConfig];
  if (targets.filter(Boolean).length > 1) {
    throw invalid('Only one of push_config, bigquery_config, cloud_storage_config and bigtable_config can be set.');
  }
  if (push.pushEndpoint === '') {
    if (push.authenticationMethod.case || push.wrapper.case === 'noWrapper') {
      throw invalid('Invalid push_config: push_endpoint must be set when oidc_token or no_wrapper is.');
    }
    return;
  }
  if (!isHttpUrl(push.pushEndpoint)) {
    throw invalid(
      `Invalid push endpoint given (endpoint=${push.pushEndpoint}): it must be an http:// or https:// URL.`,
    );
  }
  if (config.enableExactlyOnceDelivery) {
    throw invalid(
      'Exactly-once delivery is not supported for push subscriptions: enable_exactly_once_delivery must be false.',
    );
  }
  for (const [key, value] of Object.entries(push.attributes)) {
    if (key !== PUSH_VERSION)
      throw invalid(`Invalid push_config.attributes: "${key}" is not known; only ${PUSH_VERSION} is.`);
    if (value !== 'v1' && value !== 'v1beta1')
      throw invalid(`Invalid ${PUSH_VERSION} "${value}": v1 and v1beta1 are known.`);
  }
  const { authenticationMethod: auth } = push;
  if (auth.case === 'oidcToken' && !auth.value.serviceAccountEmail.includes('@')) {
    throw invalid(
      `Invalid oidc_token.service_account_email "${auth.value.serviceAccountEmail}": give an email address.`,
    );
  }
}

function isHttpUrl(text: string): boolean {
  const protocol = URL.parse(text)?.protocol;
  return protocol === 'http:' || protocol === 'https:';
}
