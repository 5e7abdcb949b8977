import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { durationMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { PushCancelled, PushScheduled, readEnvelope } from '@kiban/events';
import type { IncomingMessage } from '@kiban/pubsub';
import type { WindowStore } from './window-store.ts';

/** How long traffic stays high when the announcement does not say. */
const HOLD_MS = 900_000;
/** A factor beyond this is a mistake; autoscalers cap what is left. */
const MOST = 100;

/**
 * Stores what a message of topic `push` announces; safe to repeat.
 * @returns what happened, for the log. A message that cannot be read is refused with a reason, and not delivered again
 */
export async function takeAnnouncement(
  message: Pick<IncomingMessage, 'attributes' | 'data' | 'publishTime'>,
  store: WindowStore,
): Promise<{ accepted: boolean; said: string }> {
  const envelope = readEnvelope(message.attributes);
  if (typeof envelope === 'string') return { accepted: false, said: envelope };
  const announced = (envelope.time ?? message.publishTime).getTime();
  if (envelope.type === PushCancelled.type) {
    const cancelled = decoded(PushCancelled.schema, message.data);
    if (cancelled === undefined) return unreadable(envelope.type);
    const { pushId } = cancelled;
    await store.cancel(pushId, announced);
    return { accepted: true, said: `push ${pushId} is cancelled` };
  }
  if (envelope.type !== PushScheduled.type) return { accepted: false, said: `${envelope.type} is no announcement` };
  const scheduled = decoded(PushScheduled.schema, message.data);
  if (scheduled === undefined) return unreadable(envelope.type);
  const { pushId, sendTime, hold, trafficFactor } = scheduled;
  if (pushId === '' || sendTime === undefined) return { accepted: false, said: 'push_id and send_time are required' };
  if (!(trafficFactor > 0)) return { accepted: false, said: `push ${pushId}: traffic_factor must be above 0` };
  const from = timestampMs(sendTime);
  const to = from + (hold === undefined ? HOLD_MS : durationMs(hold));
  await store.put({ id: pushId, from, to, factor: Math.min(trafficFactor, MOST) }, announced);
  return { accepted: true, said: `push ${pushId} at ${new Date(from).toISOString()}, factor ${trafficFactor}` };
}

function unreadable(type: string) {
  return { accepted: false, said: `its data is no ${type}` };
}

function decoded<D extends DescMessage>(schema: D, data: Uint8Array): MessageShape<D> | undefined {
  try {
    return fromBinary(schema, data);
  } catch {
    return undefined;
  }
}
