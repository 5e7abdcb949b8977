import { type OutgoingMessage, type Publisher, PubSubError } from '@kiban/pubsub';
import { attributesOf } from '../envelope.ts';
import type { OutboxRow } from './outbox-row.ts';
import { START_WITHIN_MS } from './relay-options.ts';

const MAX_MESSAGES = 100;
const MAX_BYTES = 8 * 1024 * 1024;
const PARALLEL_KEYS = 64;

export interface FailedKey {
  readonly topic: string;
  readonly key: string;
  readonly error: PubSubError;
  /** The first event that did not go; the one at fault when the error is permanent. */
  readonly row: OutboxRow;
}

export interface BatchResult {
  readonly published: readonly OutboxRow[];
  readonly failed: readonly FailedKey[];
  /** Refused for their content on a topic with `onPoison: deadLetter`; the rest of their key went on. */
  readonly dead: readonly { readonly row: OutboxRow; readonly error: PubSubError }[];
}

/** DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE: the service is in trouble, not the key. */
const TROUBLE: ReadonlySet<number> = new Set([4, 8, 14]);

/** Nothing went through and every failure is trouble of the service: no key is to blame, the shard has to wait. */
export function isOutage({ published, failed, dead }: BatchResult): boolean {
  return failed.length > 0 && published.length === 0 && dead.length === 0 && failed.every(isTrouble);
}

export function isTrouble({ error }: FailedKey): boolean {
  return TROUBLE.has(error.code);
}

/**
 * Publishes rows of one shard: keys side by side, the requests of one key strictly in sequence, each request one key. A key
 * stops at its first failure.
 */
export async function publishBatch(
  rows: readonly OutboxRow[],
  publisher: Pick<Publisher, 'publish'>,
  deadLetters: (topic: string) => boolean,
): Promise<BatchResult> {
  const published: OutboxRow[] = [];
  const failed: FailedKey[] = [];
  const dead: { row: OutboxRow; error: PubSubError }[] = [];
  const giveUpAt = performance.now() + START_WITHIN_MS;
  const keys = [...Map.groupBy(rows, (row) => `${row.topic}\0${row.ordering_key}`).values()].values();

  const publishKey = async (own: readonly OutboxRow[]) => {
    let single = false;
    for (let next = 0; next < own.length; ) {
      if (performance.now() > giveUpAt) return;
      const chunk = takeChunk(own, next, single ? 1 : MAX_MESSAGES);
      const [first] = chunk;
      if (first === undefined) return;
      try {
        await publisher.publish(first.topic, chunk.map(outgoing));
        published.push(...chunk);
        next += chunk.length;
      } catch (cause) {
        const error = PubSubError.from(cause, `publish to ${first.topic}`);
        if (error.permanent && chunk.length > 1) {
          // One of them is at fault: send one by one to find it and to deliver those before it.
          single = true;
          continue;
        }
        if (error.permanent && deadLetters(first.topic)) {
          dead.push({ row: first, error });
          next++;
          continue;
        }
        failed.push({ topic: first.topic, key: first.ordering_key, error, row: first });
        return;
      }
    }
  };
  const worker = async () => {
    for (const own of keys) await publishKey(own);
  };
  await Promise.all(Array.from({ length: PARALLEL_KEYS }, worker));
  return { published, failed, dead };
}

function takeChunk(rows: readonly OutboxRow[], from: number, limit: number): OutboxRow[] {
  const chunk: OutboxRow[] = [];
  let bytes = 0;
  for (let i = from; i < rows.length && chunk.length < limit; i++) {
    const row = rows[i] as OutboxRow;
    bytes += row.payload.length + 1024;
    if (chunk.length > 0 && bytes > MAX_BYTES) break;
    chunk.push(row);
  }
  return chunk;
}

function outgoing(row: OutboxRow): OutgoingMessage {
  return { data: row.payload, attributes: attributesOf(row), orderingKey: row.ordering_key };
}
