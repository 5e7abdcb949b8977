import { fromBinary } from '@bufbuild/protobuf';
import { type PubsubMessage, PubsubMessageSchema } from '@kiban/contracts/google/pubsub/v1';
import type { StoredMessage } from './message.ts';

/** Decodes a stored message. For inspection, push and filters; pull delivery copies the encoded bytes. */
export const decodeMessage = (message: StoredMessage): PubsubMessage =>
  fromBinary(PubsubMessageSchema, message.slab.subarray(message.start, message.end));

export const attributesOf = (message: StoredMessage): Readonly<Record<string, string>> =>
  decodeMessage(message).attributes;
