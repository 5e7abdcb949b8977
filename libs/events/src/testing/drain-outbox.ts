import { createRelay } from '../relay/relay.ts';
import type { RelayOptions } from '../relay/relay-options.ts';
import type { Queryable } from '../queryable.ts';

/**
 * Runs a relay until the outbox is empty, for tests.
 * @throws Error after `timeoutMs` (default 10,000) with what is left
 */
export async function drainOutbox(
  database: Queryable,
  options: Omit<RelayOptions, 'databases'> & { readonly url: string; readonly timeoutMs?: number },
): Promise<void> {
  const relay = createRelay({ pollMs: 5, ...options, databases: [{ name: 'drain', url: options.url }] });
  const giveUpAt = Date.now() + (options.timeoutMs ?? 10_000);
  try {
    for (;;) {
      const { rows } = await database.query<{ left: number }>('SELECT count(*)::int AS left FROM outbox');
      const left = rows[0]?.left ?? 0;
      if (left === 0) return;
      if (Date.now() > giveUpAt) throw new Error(`the outbox still holds ${left} events`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    await relay.stop();
  }
}
