/**
 * One published message, shared by all subscriptions. Its body is a whole encoded google.pubsub.v1.PubsubMessage (with
 * id and publish time) at [start, end) of a buffer shared by its publish request: delivery copies bytes, it encodes
 * nothing.
 */
export interface StoredMessage {
  /** Position in the order of publishing, from 1. */
  readonly seq: number;
  readonly publishMs: number;
  readonly orderingKey: string;
  readonly slab: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Bytes of a message as flow control counts them. */
export const sizeOf = (message: StoredMessage): number => message.end - message.start;
