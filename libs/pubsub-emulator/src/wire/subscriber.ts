import type { Subscriber } from '@kiban/contracts/google/pubsub/v1';
import { acknowledge, type AckOutcome, modifyDeadline } from '../core/acknowledging.ts';
import { Code, PubSubError } from '../core/errors.ts';
import { checkProject, projectOf } from '../core/names.ts';
import { page } from '../core/paging.ts';
import { createSnapshot, deleteSnapshot, getSnapshot, seek, updateSnapshot } from '../core/snapshots.ts';
import {
  attachedSubscription,
  createSubscription,
  deleteSubscription,
  echo,
  getSubscription,
  modifyPushConfig,
  updateSubscription,
} from '../core/subscriptions.ts';
import type { Service } from '../service.ts';
import { encodeReceivedMessages } from './received-messages.ts';
import type { UnaryHandlers } from './unary.ts';
import { pull } from './waiting-pull.ts';

/** google.pubsub.v1.Subscriber, except StreamingPull. */
export function subscriberHandlers({ core, driver, faults, commit }: Service): UnaryHandlers<typeof Subscriber> {
  return {
    createSubscription: (request) => createSubscription(core, request, driver.now()),
    getSubscription: (request) => echo(getSubscription(core, request.subscription)),
    updateSubscription: (request) => updateSubscription(core, request, driver.now()),
    listSubscriptions: (request) => {
      const project = checkProject(request.project);
      const all = [...core.subscriptions.values()].filter((subscription) => projectOf(subscription.name) === project);
      const { items, nextPageToken } = page(
        `${project}/subscriptions`,
        all,
        (item) => item.name,
        request.pageSize,
        request.pageToken,
      );
      return { subscriptions: items.map(echo), nextPageToken };
    },
    deleteSubscription: (request) => {
      deleteSubscription(core, request.subscription);
      return {};
    },
    modifyAckDeadline: (request) => {
      const subscription = attachedSubscription(core, request.subscription);
      const outcome = modifyDeadline(subscription, request.ackIds, request.ackDeadlineSeconds, driver.now());
      driver.schedule();
      return commit(() => answer(subscription.exactlyOnce, outcome));
    },
    acknowledge: (request) => {
      const subscription = attachedSubscription(core, request.subscription);
      const ackIds = faults.acking(subscription.name, request.ackIds);
      if (ackIds.length === 0 && request.ackIds.length > 0) return {};
      const outcome = acknowledge(subscription, ackIds);
      driver.schedule();
      return commit(() => answer(subscription.exactlyOnce, outcome));
    },
    pull: async (request, call) => {
      const deliveries = await pull(driver, request, call);
      return encodeReceivedMessages(faults.delivering(request.subscription, deliveries));
    },
    modifyPushConfig: (request) => {
      modifyPushConfig(core, request.subscription, request.pushConfig, driver.now());
      return {};
    },
    getSnapshot: (request) => getSnapshot(core, request.snapshot).config,
    listSnapshots: (request) => {
      const project = checkProject(request.project);
      const all = [...core.snapshots.values()].filter((item) => projectOf(item.config.name) === project);
      const { items, nextPageToken } = page(
        `${project}/snapshots`,
        all,
        (item) => item.config.name,
        request.pageSize,
        request.pageToken,
      );
      return { snapshots: items.map((item) => item.config), nextPageToken };
    },
    createSnapshot: (request) => createSnapshot(core, request, driver.now()),
    updateSnapshot: (request) => updateSnapshot(core, request, driver.now()),
    deleteSnapshot: (request) => {
      deleteSnapshot(core, request.snapshot);
      return {};
    },
    seek: (request) => {
      seek(core, request, driver.now());
      return {};
    },
  };
}

/** Exactly-once delivery says which ack ids failed; otherwise late ones are passed over, as the service does. */
function answer(exactlyOnce: boolean, outcome: AckOutcome): Record<string, never> {
  if (!exactlyOnce || outcome.unknown.length + outcome.unordered.length === 0) return {};
  throw new PubSubError(
    Code.FAILED_PRECONDITION,
    'Some acknowledgement ids in the request failed: they have expired, were acknowledged before, or are out of order.',
    Object.fromEntries([
      ...outcome.unknown.map((id) => [id, 'PERMANENT_FAILURE_INVALID_ACK_ID'] as const),
      ...outcome.unordered.map((id) => [id, 'TRANSIENT_FAILURE_UNORDERED_ACK_ID'] as const),
    ]),
  );
}
