import { formatAckId, parseAckId } from './ack-id.ts';
import type { Consumer } from './consumer.ts';
import type { Entry } from './entry.ts';
import { invalid } from './errors.ts';
import type { SubscriptionState } from './subscription.ts';

/** Bytes of an acknowledgement or deadline request: https://cloud.google.com/pubsub/quotas#resource_limits */
const MAX_REQUEST = 512 * 1024;

/** What became of each ack id; only exactly-once delivery tells the caller. */
export interface AckOutcome {
  readonly done: string[];
  readonly unknown: string[];
  readonly unordered: string[];
}

export interface Delivery {
  readonly ackId: string;
  readonly entry: Entry;
  /** 0 unless the subscription has a dead-letter policy. */
  readonly attempt: number;
}

/** Leases messages to a consumer. */
export function take(
  subscription: SubscriptionState,
  consumer: Consumer,
  now: number,
  limit: number,
  limitBytes?: number,
): Delivery[] {
  const counted = subscription.config.deadLetterPolicy !== undefined;
  return subscription.backlog.take(consumer, now, limit, limitBytes).map((entry) => ({
    ackId: formatAckId(subscription.ackPrefix, entry.lease),
    entry,
    attempt: counted ? entry.attempt : 0,
  }));
}

export function acknowledge(subscription: SubscriptionState, ackIds: readonly string[]): AckOutcome {
  const outcome: AckOutcome = { done: [], unknown: [], unordered: [] };
  for (const [ackId, entry] of resolve(subscription, ackIds, outcome)) {
    // An earlier one of this request may have settled it already (a repeated ack id).
    if (entry.state !== 'leased') outcome.done.push(ackId);
    else if (subscription.backlog.ack(entry) === 'acked') outcome.done.push(ackId);
    else outcome.unordered.push(ackId);
  }
  return outcome;
}

/** Sets the deadline of each lease to `seconds` from now; 0 redelivers. */
export function modifyDeadline(
  subscription: SubscriptionState,
  ackIds: readonly string[],
  seconds: number,
  now: number,
): AckOutcome {
  if (seconds < 0 || seconds > 600) {
    throw invalid(`Invalid ack deadline given (seconds=${seconds}): it must be between 0 and 600.`);
  }
  const outcome: AckOutcome = { done: [], unknown: [], unordered: [] };
  for (const [ackId, entry] of resolve(subscription, ackIds, outcome)) {
    // A nack of an earlier message of the key ended this lease too: what the caller wants has happened.
    if (entry.state === 'leased' && entry.lease !== 0) subscription.backlog.extend(entry, now + seconds * 1000, now);
    outcome.done.push(ackId);
  }
  return outcome;
}

/** The entries of ack ids, in order of publishing, so that one request may acknowledge a key in any order. */
function resolve(subscription: SubscriptionState, ackIds: readonly string[], outcome: AckOutcome): [string, Entry][] {
  if (ackIds.length === 0) throw invalid('No ack ids specified: ack_ids must not be empty.');
  checkSize(ackIds);
  const leases = ackIds.map((ackId) => parseAckId(subscription.ackPrefix, ackId));
  const found: [string, Entry][] = [];
  for (const [i, lease] of leases.entries()) {
    const entry = lease === undefined ? undefined : subscription.backlog.leases.get(lease);
    if (entry) found.push([ackIds[i] as string, entry]);
    else outcome.unknown.push(ackIds[i] as string);
  }
  if (subscription.ordered) found.sort((a, b) => a[1].message.seq - b[1].message.seq);
  return found;
}

function checkSize(ackIds: readonly string[]): void {
  let bytes = 0;
  for (const ackId of ackIds) bytes += ackId.length + 2;
  if (bytes > MAX_REQUEST) {
    throw invalid(
      `Request payload size exceeds the limit: ${MAX_REQUEST} bytes. It has ${ackIds.length} ack ids of ${bytes} bytes: send fewer at a time.`,
    );
  }
}
