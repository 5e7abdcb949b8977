import { fromBinary } from '@bufbuild/protobuf';
import { PolicySchema } from '@kiban/contracts/google/iam/v1';
import { SchemaSchema, SnapshotSchema, SubscriptionSchema, TopicSchema } from '@kiban/contracts/google/pubsub/v1';
import type { Core } from '../core/core.ts';
import { VISIBLE } from '../core/entry.ts';
import type { StoredMessage } from '../core/message.ts';
import { addSnapshot, deleteSnapshot } from '../core/snapshots.ts';
import { deleteSubscription, restoreSubscription } from '../core/subscriptions.ts';
import { TopicState } from '../core/topic.ts';
import { deleteTopic } from '../core/topics.ts';
import { decodeFact, type Fact } from './fact.ts';
import { decodeMessages, decodeNumbers } from './message-record.ts';
import { RecordKind } from './record.ts';

/** Does again what a log says to a new core. */
export function replay(core: Core, log: Iterable<{ kind: number; payload: Buffer }>, now: number): void {
  const messages = new Map<number, StoredMessage>();
  const bySeq = (seqs: readonly number[]): StoredMessage[] => seqs.flatMap((seq) => messages.get(seq) ?? []);
  for (const { kind, payload } of log) {
    if (kind === RecordKind.fact) applyFact(core, decodeFact(payload), bySeq, now);
    else if (kind === RecordKind.settled) settle(core, payload);
    else if (kind === RecordKind.attempts) countAttempts(core, payload);
    else {
      const found = decodeMessages(payload);
      for (const message of found.messages) {
        messages.set(message.seq, message);
        core.lastSeq = Math.max(core.lastSeq, message.seq);
      }
      if (kind === RecordKind.published) offer(core, found.topic, found.messages);
    }
  }
}

function offer(core: Core, name: string, messages: readonly StoredMessage[]): void {
  const topic = core.topics.get(name);
  for (const subscription of topic?.subscriptions ?? []) {
    for (const message of messages) subscription.offer(message, VISIBLE);
  }
  for (const message of messages) topic?.retain(message);
}

function settle(core: Core, payload: Buffer): void {
  const { name, numbers } = decodeNumbers(payload);
  const subscription = core.subscriptions.get(name);
  for (const seq of numbers) {
    const entry = subscription?.backlog.entries.get(seq);
    if (!entry) continue;
    subscription?.backlog.remove(entry);
    subscription?.keep(entry.message);
  }
}

function countAttempts(core: Core, payload: Buffer): void {
  const { name, numbers } = decodeNumbers(payload);
  for (let i = 0; i < numbers.length; i += 2) {
    const entry = core.subscriptions.get(name)?.backlog.entries.get(numbers[i] as number);
    if (entry) entry.attempt = numbers[i + 1] as number;
  }
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'base64');

function applyFact(core: Core, fact: Fact, bySeq: (seqs: readonly number[]) => StoredMessage[], now: number): void {
  switch (fact.is) {
    case 'start':
      core.idBase = fact.idBase;
      core.lastSeq = fact.lastSeq;
      return;
    case 'topic': {
      if (fact.config === null) return deleteTopic(core, fact.name);
      const config = fromBinary(TopicSchema, bytes(fact.config));
      const known = core.topics.get(fact.name);
      if (known) known.config = config;
      else core.topics.set(fact.name, new TopicState(config));
      return;
    }
    case 'subscription':
      if (fact.config === null) return deleteSubscription(core, fact.name);
      restoreSubscription(core, fromBinary(SubscriptionSchema, bytes(fact.config)), now);
      return;
    case 'policy':
      if (fact.config === null) core.policies.delete(fact.name);
      else core.policies.set(fact.name, fromBinary(PolicySchema, bytes(fact.config)));
      return;
    case 'schema':
      if (fact.revisions === null) core.schemas.delete(fact.name);
      else
        core.schemas.set(
          fact.name,
          fact.revisions.map((revision) => fromBinary(SchemaSchema, bytes(revision))),
        );
      return;
    case 'snapshot': {
      if (fact.config === null) return deleteSnapshot(core, fact.name);
      const config = fromBinary(SnapshotSchema, bytes(fact.config));
      const known = core.snapshots.get(fact.name);
      if (known) known.config = config;
      else addSnapshot(core, { config, topicName: fact.topic, unacked: bySeq(fact.unacked), fromSeq: fact.fromSeq });
      return;
    }
    case 'retained':
      for (const message of bySeq(fact.seqs)) core.topics.get(fact.name)?.retained.push(message);
      return;
    case 'acked': {
      const subscription = core.subscriptions.get(fact.name);
      for (const message of bySeq(fact.seqs)) subscription?.retainedAcked.set(message.seq, message);
      return;
    }
    case 'backlog': {
      const subscription = core.subscriptions.get(fact.name);
      if (!subscription) return;
      const wanted = bySeq(fact.seqs);
      if (fact.more) {
        for (const message of wanted) subscription.backlog.add(message, VISIBLE);
        return;
      }
      const seqs = new Set(fact.seqs);
      for (const entry of subscription.backlog.entries.values()) {
        if (!seqs.has(entry.message.seq)) subscription.keep(entry.message);
      }
      for (const seq of seqs) subscription.retainedAcked.delete(seq);
      subscription.backlog.reset(wanted, VISIBLE);
    }
  }
}
