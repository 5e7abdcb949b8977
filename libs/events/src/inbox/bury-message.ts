import type { Queryable } from '../queryable.ts';
import type { ReceivedMessage } from '../consumer/dispatcher.ts';

export type DeadReason = 'undecodable' | 'unknown-type' | 'handler-failed';

/** Keeps a message that no handler can take, with its bytes, for `inbox dead replay`. */
export async function buryMessage(
  database: Queryable,
  message: ReceivedMessage,
  topic: string | undefined,
  reason: DeadReason,
  error: string,
): Promise<void> {
  await database.query(
    `INSERT INTO inbox_dead (subscription, topic, message_id, ordering_key, payload, attributes, reason, error)
     VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8) ON CONFLICT (subscription, message_id) DO NOTHING`,
    [
      message.subscription,
      topic ?? null,
      message.messageId,
      message.orderingKey,
      Buffer.from(message.data),
      JSON.stringify(message.attributes),
      reason,
      error,
    ],
  );
}
