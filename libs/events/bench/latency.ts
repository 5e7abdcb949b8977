import { setTimeout as delay } from 'node:timers/promises';
import { createDatabase } from '@kiban/database';
import { InteractionRecorded } from '../src/catalog/interaction-events.ts';
import { createOutbox } from '../src/outbox/outbox.ts';
import { createRelay } from '../src/relay/relay.ts';

export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** Milliseconds from the end of a transaction to its publish, at a steady rate. */
export async function commitToPublish(url: string, rate: number, seconds: number): Promise<Latency> {
  const database = createDatabase({ url, max: 8, connectTimeoutMs: 60_000 });
  const outbox = createOutbox({ source: 'bench', wake: database });
  const committed = new Map<string, number>();
  const published = new Map<string, number>();
  const relay = createRelay({
    databases: [{ name: 'bench', url }],
    publisher: {
      async publish(_topic, messages) {
        const now = performance.now();
        for (const { attributes } of messages) published.set(attributes['ce-id'] ?? '', now);
        return [];
      },
    },
  });
  await delay(1_000);
  const started = performance.now();
  const pending: Promise<void>[] = [];
  for (let n = 0; n < rate * seconds; n++) {
    const ahead = started + (n * 1000) / rate - performance.now();
    if (ahead > 1) await delay(ahead);
    const event = { userId: `u${n % 500}`, articleId: 'a', interactionId: String(n) };
    pending.push(
      database
        .tx(async (tx) => outbox.publish(tx, InteractionRecorded, event))
        .then((id) => void committed.set(id, performance.now())),
    );
  }
  await Promise.all(pending);
  while (published.size < committed.size) await delay(10);
  await relay.stop();
  await database.close();
  const waits = [...committed].map(([id, at]) => Math.max(0, (published.get(id) ?? at) - at)).sort((a, b) => a - b);
  const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
