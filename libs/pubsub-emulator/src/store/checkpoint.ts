import type { Core } from '../core/core.ts';
import type { StoredMessage } from '../core/message.ts';
import { encodeFact, type Fact } from './fact.ts';
import { policyFact, schemaFact, snapshotFact, subscriptionFact, topicFact } from './facts-of.ts';
import { encodeMessages, encodeNumbers } from './message-record.ts';
import { encodeRecord, RecordKind } from './record.ts';

const PER_RECORD = 5000;

/**
 * The records that make a new core equal to this one as it is now. Only references are collected at once (some 0.1 µs
 * a message); the records are encoded as they are asked for, while the core goes on.
 */
export function checkpoint(core: Core): Iterable<Buffer> {
  const messages = liveMessages(core);
  const facts: Fact[] = [{ is: 'start', version: 1, idBase: core.idBase, lastSeq: core.lastSeq }];
  const attempts: { name: string; pairs: number[] }[] = [];
  for (const [name, revisions] of core.schemas) facts.push(schemaFact(name, revisions));
  for (const topic of core.topics.values()) {
    facts.push(topicFact(topic.name, topic.config));
    facts.push(
      ...seqFacts(
        'retained',
        topic.name,
        Array.from(topic.retained, (message) => message.seq),
      ),
    );
  }
  for (const { name, config, backlog, retainedAcked } of core.subscriptions.values()) {
    facts.push(subscriptionFact(name, config));
    facts.push(...seqFacts('backlog', name, [...backlog.entries.keys()]));
    facts.push(...seqFacts('acked', name, [...retainedAcked.keys()]));
    if (!config.deadLetterPolicy) continue;
    const pairs: number[] = [];
    for (const entry of backlog.entries.values()) {
      // The delivery that is under way has not failed.
      const failed = entry.state === 'leased' ? entry.attempt - 1 : entry.attempt;
      if (failed > 0) pairs.push(entry.message.seq, failed);
    }
    attempts.push({ name, pairs });
  }
  for (const [name, snapshot] of core.snapshots) facts.push(snapshotFact(name, snapshot));
  for (const [name, policy] of core.policies) facts.push(policyFact(name, policy));
  return records(messages, facts, attempts);
}

function* records(
  messages: readonly StoredMessage[],
  facts: readonly Fact[],
  attempts: readonly { name: string; pairs: number[] }[],
): Generator<Buffer> {
  for (let i = 0; i < messages.length; i += PER_RECORD) {
    yield encodeRecord(RecordKind.kept, encodeMessages('', messages.slice(i, i + PER_RECORD)));
  }
  for (const fact of facts) yield encodeRecord(RecordKind.fact, [encodeFact(fact)]);
  for (const { name, pairs } of attempts) yield encodeRecord(RecordKind.attempts, [encodeNumbers(name, pairs)]);
}

/** The first says what there is, the others what is there as well. */
function seqFacts(is: 'backlog' | 'acked' | 'retained', name: string, seqs: readonly number[]): Fact[] {
  const facts: Fact[] = [];
  for (let i = 0; i === 0 || i < seqs.length; i += PER_RECORD) {
    const part = { is, name, seqs: seqs.slice(i, i + PER_RECORD) };
    facts.push(i === 0 ? part : { ...part, more: true });
  }
  return facts;
}

/** Every message that something refers to, once, in order. */
function liveMessages(core: Core): StoredMessage[] {
  const all: StoredMessage[] = [];
  for (const topic of core.topics.values()) for (const message of topic.retained) all.push(message);
  for (const snapshot of core.snapshots.values()) for (const message of snapshot.unacked) all.push(message);
  for (const { backlog, retainedAcked } of core.subscriptions.values()) {
    for (const message of retainedAcked.values()) all.push(message);
    for (const entry of backlog.entries.values()) all.push(entry.message);
  }
  all.sort((a, b) => a.seq - b.seq);
  return all.filter((message, i) => message.seq !== all[i - 1]?.seq);
}
