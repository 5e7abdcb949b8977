import { invalid } from './errors.ts';

const SHAPE = /^([0-9a-z]+)-([0-9a-z]+)-([0-9a-z]+)$/;

/** Ack ids name one delivery: the run of the emulator, the subscription and the lease. None is ever used again. */
export const formatAckId = (prefix: string, lease: number): string => prefix + lease.toString(36);

/** The lease an ack id of `prefix` names; undefined when it belongs to another run or subscription. */
export function parseAckId(prefix: string, ackId: string): number | undefined {
  if (ackId.startsWith(prefix)) {
    const lease = Number.parseInt(ackId.slice(prefix.length), 36);
    if (lease > 0) return lease;
  }
  if (!SHAPE.test(ackId)) {
    throw invalid(
      `Some acknowledgement ids in the request were invalid: "${ackId.slice(0, 80)}" is malformed. Send back ack ids as received.`,
    );
  }
  return undefined;
}
