import { create } from '@bufbuild/protobuf';
import {
  type CreateSnapshotRequest,
  type SeekRequest,
  type Snapshot,
  SnapshotSchema,
  type UpdateSnapshotRequest,
} from '@kiban/contracts/google/pubsub/v1';
import type { Core } from './core.ts';
import { VISIBLE } from './entry.ts';
import { alreadyExists, failedPrecondition, invalid, notFound } from './errors.ts';
import type { StoredMessage } from './message.ts';
import { checkLabels, checkName, DELETED_TOPIC, projectOf } from './names.ts';
import type { SnapshotState } from './snapshot.ts';
import type { SubscriptionState } from './subscription.ts';
import { attachedSubscription } from './subscriptions.ts';
import { checkDuration, DAY, duration, HOUR, timestamp, timestampMs } from './time.ts';
import { applyUpdateMask } from './update-mask.ts';

const MUTABLE = new Set(['labels', 'expire_time']);

export function createSnapshot(core: Core, request: CreateSnapshotRequest, now: number): Snapshot {
  if (request.name !== '') checkName('snapshots', request.name, 'name');
  checkLabels(request.labels);
  const subscription = attachedSubscription(core, request.subscription);
  const name = request.name || freeName(core, projectOf(subscription.name));
  if (core.snapshots.has(name)) throw alreadyExists(name);
  const topic = subscription.topic;
  if (!topic) throw failedPrecondition('The topic of the subscription was deleted: there is nothing to snapshot.');
  const unacked = [...subscription.backlog.entries.values()].map((entry) => entry.message);
  // A snapshot lives 7 days minus the age of the oldest unacknowledged message.
  const oldest = unacked[0]?.publishMs ?? now;
  if (oldest + 7 * DAY - now < HOUR) {
    throw failedPrecondition(
      'The oldest unacknowledged message of the subscription is so old that the snapshot would expire within an hour.',
    );
  }
  const snapshot: SnapshotState = {
    config: create(SnapshotSchema, {
      name,
      topic: topic.name,
      expireTime: timestamp(oldest + 7 * DAY),
      labels: request.labels,
    }),
    topicName: topic.name,
    unacked,
    fromSeq: core.lastSeq + 1,
  };
  addSnapshot(core, snapshot);
  core.journal?.snapshot(name, snapshot);
  return snapshot.config;
}

/** "If the name is not provided in the request, the server will assign a random name": ours only counts. */
function freeName(core: Core, project: string): string {
  for (let i = core.snapshots.size + 1; ; i++) {
    const name = `${project}/snapshots/snapshot-${i}`;
    if (!core.snapshots.has(name)) return name;
  }
}

export function addSnapshot(core: Core, snapshot: SnapshotState): void {
  core.snapshots.set(snapshot.config.name, snapshot);
  core.topics.get(snapshot.topicName)?.snapshots.add(snapshot);
}

export function getSnapshot(core: Core, name: string): SnapshotState {
  const snapshot = core.snapshots.get(name);
  if (snapshot) return snapshot;
  throw notFound(checkName('snapshots', name, 'snapshot'));
}

export function updateSnapshot(core: Core, request: UpdateSnapshotRequest, now: number): Snapshot {
  if (!request.snapshot) throw invalid('The snapshot of the update is missing.');
  const snapshot = getSnapshot(core, request.snapshot.name);
  const next = applyUpdateMask(SnapshotSchema, snapshot.config, request.snapshot, request.updateMask, MUTABLE);
  checkLabels(next.labels);
  if (!next.expireTime) throw invalid('expire_time must be set.');
  checkDuration(duration(timestampMs(next.expireTime) - now), 'expire_time (from now)', 0, 7 * DAY);
  snapshot.config = next;
  core.journal?.snapshot(next.name, snapshot);
  return next;
}

export function deleteSnapshot(core: Core, name: string): void {
  const snapshot = getSnapshot(core, name);
  core.snapshots.delete(name);
  core.policies.delete(name);
  core.topics.get(snapshot.topicName)?.snapshots.delete(snapshot);
  core.journal?.snapshot(name, undefined);
}

/** Sets what is acknowledged: everything before a time, or what a snapshot of the same topic says. */
export function seek(core: Core, request: SeekRequest, now: number): void {
  const subscription = attachedSubscription(core, request.subscription);
  const { target } = request;
  if (target.case === undefined) throw invalid('The target of the seek is missing: set time or snapshot.');
  if (target.case === 'time') seekToTime(subscription, timestampMs(target.value));
  else {
    const snapshot = getSnapshot(core, target.value);
    if (snapshot.config.topic === DELETED_TOPIC || snapshot.config.topic !== subscription.config.topic) {
      throw failedPrecondition('The snapshot belongs to another topic than the subscription.');
    }
    seekToSnapshot(subscription, snapshot);
  }
  subscription.activeMs = now;
  core.journal?.backlog(subscription.name, [...subscription.backlog.entries.keys()]);
}

function seekToTime(subscription: SubscriptionState, time: number): void {
  const wanted = new Map<number, StoredMessage>();
  const consider = (message: StoredMessage): void => {
    if (message.publishMs >= time) wanted.set(message.seq, message);
  };
  for (const message of subscription.retainedAcked.values()) consider(message);
  if ((subscription.topic?.retentionMs ?? 0) > 0) {
    for (const message of subscription.topic?.retained ?? []) if (subscription.matches(message)) consider(message);
  }
  for (const entry of subscription.backlog.entries.values()) consider(entry.message);
  replace(subscription, wanted);
}

function seekToSnapshot(subscription: SubscriptionState, snapshot: SnapshotState): void {
  const wanted = new Map<number, StoredMessage>();
  for (const message of snapshot.unacked) if (subscription.matches(message)) wanted.set(message.seq, message);
  for (const message of subscription.topic?.retained ?? []) {
    if (message.seq >= snapshot.fromSeq && subscription.matches(message)) wanted.set(message.seq, message);
  }
  replace(subscription, wanted);
}

function replace(subscription: SubscriptionState, wanted: ReadonlyMap<number, StoredMessage>): void {
  for (const entry of subscription.backlog.entries.values()) {
    if (!wanted.has(entry.message.seq)) subscription.keep(entry.message);
  }
  for (const seq of wanted.keys()) subscription.retainedAcked.delete(seq);
  const messages = [...wanted.values()].sort((a, b) => a.seq - b.seq);
  subscription.backlog.reset(messages, VISIBLE);
}
