import type pg from 'pg';

/** Events of 400 B over 1,000 keys, written by the database itself through outbox_publish's columns. */
export async function fill(admin: pg.Pool, events: number): Promise<void> {
  for (let from = 1; from <= events; from += 100_000) {
    const to = Math.min(events, from + 99_999);
    await admin.query(
      `INSERT INTO outbox (shard, event_id, topic, ordering_key, payload, attributes)
       SELECT hashtextextended('k' || n % 1000, hashtext('interaction')) & 15, gen_random_uuid(), 'interaction', 'k' || n % 1000,
         decode(repeat('07', 400), 'hex'), '{"ce-type":"kiban.events.v1.InteractionRecorded","ce-source":"bench","ce-time":"2026-01-01T00:00:00Z"}'
       FROM generate_series($1::int, $2::int) AS n`,
      [from, to],
    );
  }
  await admin.query('VACUUM ANALYZE outbox');
}

/** Resolves when the outbox is empty; returns seconds. */
export async function untilEmpty(admin: pg.Pool): Promise<number> {
  const started = performance.now();
  for (;;) {
    const { rows } = await admin.query('SELECT 1 FROM outbox LIMIT 1');
    if (rows.length === 0) return (performance.now() - started) / 1000;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
