// Publishes events at a steady rate, one per transaction: node producer-process.ts <url> <rate> <seconds>
// A process of its own, as services are: a relay in the same one would wait for it.
import { setTimeout as delay } from 'node:timers/promises';
import { createDatabase } from '@kiban/database';
import { InteractionRecorded } from '../src/catalog/interaction-events.ts';
import { createOutbox } from '../src/outbox/outbox.ts';
import { monotonicMs } from './monotonic.ts';

/** What the producer sends when it is done: when each event's commit was acknowledged. */
export interface Produced {
  readonly ids: string[];
  readonly committedAt: number[];
  readonly seconds: number;
}

const [url = '', rate = '0', seconds = '0'] = process.argv.slice(2);
const database = createDatabase({ url, max: 8, connectTimeoutMs: 60_000, onError: () => undefined });
const outbox = createOutbox({ source: 'bench', wake: database });
const produced = { ids: [] as string[], committedAt: [] as number[], seconds: 0 };
const body = 'x'.repeat(360);

async function publish(n: number): Promise<void> {
  const event = { userId: `u${n % 1000}`, articleId: body, interactionId: String(n) };
  const id = await database.tx(async (tx) => outbox.publish(tx, InteractionRecorded, event));
  produced.committedAt.push(monotonicMs());
  produced.ids.push(id);
}

// Warm: connections, plans and compiled code are there before the clock starts.
await Promise.all(Array.from({ length: 64 }, (_, n) => publish(n)));
produced.ids.length = produced.committedAt.length = 0;
await delay(200);

const started = performance.now();
const pending = new Set<Promise<void>>();
const total = Number(rate) * Number(seconds);
for (let n = 0; n < total && performance.now() - started < Number(seconds) * 1500; n++) {
  const ahead = started + (n * 1000) / Number(rate) - performance.now();
  if (ahead >= 1) await delay(ahead);
  // A service refuses work that it cannot start: so many wait for one of the eight connections, no more.
  while (pending.size >= 64) await Promise.race(pending);
  const work = publish(n).finally(() => pending.delete(work));
  pending.add(work);
}
await Promise.all(pending);
produced.seconds = (performance.now() - started) / 1000;
await database.close();
// A large message is under way for a while; a channel closed too early drops it.
await new Promise((sent) => process.send?.(produced satisfies Produced, sent));
process.disconnect?.();
