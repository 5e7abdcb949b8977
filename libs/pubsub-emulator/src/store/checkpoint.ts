import type { Core } from '../core/core.ts';
import type { StoredMessage } from '../core/message.ts';
import { encodeFact, type Fact } from './fact.ts';
import { policyFact, schemaFact, snapshotFact, subscriptionFact, topicFact } from './facts-of.ts';
import { encodeMessages, encodeNumbers } from './message-record.ts';
import { encodeRecord, RecordKind } from './record.ts';

const PER_RECORD = 5000;

/** The records that make a new core equal to this one. */
export function* checkpoint(core: Core): Generator<Buffer> {
  const fact = (value: Fact): Buffer => encodeRecord(RecordKind.fact, [encodeFact(value)]);
  const live = [...liveMessages(core).values()].sort((a, b) => a.seq - b.seq);
  for (let i = 0; i < live.length; i += PER_RECORD) {
    yield encodeRecord(RecordKind.kept, encodeMessages('', live.slice(i, i + PER_RECORD)));
  }
  yield fact({ is: 'start', version: 1, idBase: core.idBase, lastSeq: core.lastSeq });
  for (const [name, revisions] of core.schemas) yield fact(schemaFact(name, revisions));
  for (const topic of core.topics.values()) {
    yield fact(topicFact(topic.name, topic.config));
    yield fact({ is: 'retained', name: topic.name, seqs: Array.from(topic.retained, (message) => message.seq) });
  }
  for (const { name, config, backlog, retainedAcked } of core.subscriptions.values()) {
    yield fact(subscriptionFact(name, config));
    yield fact({ is: 'backlog', name, seqs: [...backlog.entries.keys()] });
    yield fact({ is: 'acked', name, seqs: [...retainedAcked.keys()] });
    const attempts = [...backlog.entries.values()].flatMap((entry) =>
      entry.attempt > 0 ? [entry.message.seq, entry.attempt] : [],
    );
    if (config.deadLetterPolicy) yield encodeRecord(RecordKind.attempts, [encodeNumbers(name, attempts)]);
  }
  for (const [name, snapshot] of core.snapshots) yield fact(snapshotFact(name, snapshot));
  for (const [name, policy] of core.policies) yield fact(policyFact(name, policy));
}

function liveMessages(core: Core): Map<number, StoredMessage> {
  const live = new Map<number, StoredMessage>();
  const keep = (messages: Iterable<StoredMessage>): void => {
    for (const message of messages) live.set(message.seq, message);
  };
  for (const topic of core.topics.values()) keep(topic.retained);
  for (const snapshot of core.snapshots.values()) keep(snapshot.unacked);
  for (const { backlog, retainedAcked } of core.subscriptions.values()) {
    keep(retainedAcked.values());
    for (const entry of backlog.entries.values()) live.set(entry.message.seq, entry.message);
  }
  return live;
}
