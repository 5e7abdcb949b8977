import { toBinary } from '@bufbuild/protobuf';
import { type Policy, PolicySchema } from '@kiban/contracts/google/iam/v1';
import {
  type Schema,
  SchemaSchema,
  SnapshotSchema,
  type Subscription,
  SubscriptionSchema,
  type Topic,
  TopicSchema,
} from '@kiban/contracts/google/pubsub/v1';
import type { SnapshotState } from '../core/snapshot.ts';
import type { Fact } from './fact.ts';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export const topicFact = (name: string, config: Topic | undefined): Fact => ({
  is: 'topic',
  name,
  config: config ? base64(toBinary(TopicSchema, config)) : null,
});

export const subscriptionFact = (name: string, config: Subscription | undefined): Fact => ({
  is: 'subscription',
  name,
  config: config ? base64(toBinary(SubscriptionSchema, config)) : null,
});

export const policyFact = (name: string, config: Policy | undefined): Fact => ({
  is: 'policy',
  name,
  config: config ? base64(toBinary(PolicySchema, config)) : null,
});

export const schemaFact = (name: string, revisions: readonly Schema[] | undefined): Fact => ({
  is: 'schema',
  name,
  revisions: revisions ? revisions.map((revision) => base64(toBinary(SchemaSchema, revision))) : null,
});

export const snapshotFact = (name: string, snapshot: SnapshotState | undefined): Fact => ({
  is: 'snapshot',
  name,
  config: snapshot ? base64(toBinary(SnapshotSchema, snapshot.config)) : null,
  topic: snapshot?.topicName ?? '',
  unacked: snapshot?.unacked.map((message) => message.seq) ?? [],
  fromSeq: snapshot?.fromSeq ?? 0,
});
