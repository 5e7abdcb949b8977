import type { Publisher } from '@kiban/pubsub';
import type pg from 'pg';

/**
 * Counts what a drain published and checks its order: `fill` numbers its rows in the attribute `n`, ascending inside a key.
 */
export class OrderedPublisher implements Pick<Publisher, 'publish'> {
  published = 0;
  inversions = 0;
  duplicates = 0;
  readonly #last = new Map<string, number>();

  // oxlint-disable-next-line require-await -- the interface is asynchronous
  async publish(_topic: string, messages: Parameters<Publisher['publish']>[1]): Promise<string[]> {
    for (const { orderingKey, attributes } of messages) {
      const n = Number(attributes['n']);
      const last = this.#last.get(orderingKey) ?? 0;
      if (n === last) this.duplicates++;
      else if (n < last) this.inversions++;
      this.#last.set(orderingKey, n);
      this.published++;
    }
    return [];
  }
}

/** Events of 400 B over 1,000 keys, written by the database itself. They are committed as one statement per 100,000. */
export async function fill(admin: pg.Pool, events: number, from = 0, vacuum = true): Promise<void> {
  for (let first = from + 1; first <= from + events; first += 100_000) {
    await admin.query(
      `INSERT INTO outbox (shard, event_id, topic, ordering_key, payload, attributes)
       SELECT hashtextextended('k' || n % 1000, hashtext('interaction')) & 15, gen_random_uuid(), 'interaction', 'k' || n % 1000,
         decode(repeat('07', 400), 'hex'), jsonb_build_object('ce-type', 'kiban.events.v1.InteractionRecorded',
           'ce-source', 'bench', 'ce-time', '2026-01-01T00:00:00Z', 'n', n::text)
       FROM generate_series($1::int, $2::int) AS n`,
      [first, Math.min(from + events, first + 99_999)],
    );
  }
  if (vacuum) await admin.query('VACUUM ANALYZE outbox');
}
