import type { PushConfig } from '@kiban/contracts/google/pubsub/v1';
import type { Delivery } from '../core/acknowledging.ts';
import { decodeMessage } from '../core/message-view.ts';

export interface PushBody {
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | string;
}

/**
 * What is sent for one message: wrapped in JSON, with each field in both spellings as Google sends it
 * (https://cloud.google.com/pubsub/docs/push#receive_push), or unwrapped with the metadata in headers.
 */
export function pushBody(config: PushConfig, subscription: string, delivery: Delivery): PushBody {
  const message = decodeMessage(delivery.entry.message);
  const publishTime = new Date(delivery.entry.message.publishMs).toISOString();
  if (config.wrapper.case === 'noWrapper') {
    const headers: Record<string, string> = {};
    if (config.wrapper.value.writeMetadata) {
      headers['x-goog-pubsub-subscription-name'] = subscription;
      headers['x-goog-pubsub-message-id'] = message.messageId;
      headers['x-goog-pubsub-publish-time'] = publishTime;
      if (message.orderingKey !== '') headers['x-goog-pubsub-ordering-key'] = message.orderingKey;
      if (delivery.attempt > 0) headers['x-goog-pubsub-delivery-attempt'] = String(delivery.attempt);
      for (const [key, value] of Object.entries(message.attributes)) {
        // What HTTP cannot carry as a header is left out.
        if (/^[\w!#$%&'*+.^`|~-]+$/.test(key) && /^[\t\x20-\x7e]*$/.test(value)) headers[key.toLowerCase()] = value;
      }
    }
    return { headers, body: message.data };
  }
  const envelope = {
    message: {
      ...(Object.keys(message.attributes).length > 0 ? { attributes: message.attributes } : {}),
      ...(message.data.length > 0 ? { data: Buffer.from(message.data).toString('base64') } : {}),
      messageId: message.messageId,
      message_id: message.messageId,
      ...(message.orderingKey === '' ? {} : { orderingKey: message.orderingKey }),
      publishTime,
      publish_time: publishTime,
    },
    subscription,
    ...(delivery.attempt > 0 ? { deliveryAttempt: delivery.attempt } : {}),
  };
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(envelope) };
}
