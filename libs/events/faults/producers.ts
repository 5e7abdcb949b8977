import { setTimeout as delay } from 'node:timers/promises';
import { createDatabase, type Database } from '@kiban/database';
import { InteractionRecorded } from '../src/catalog/interaction-events.ts';
import { createOutbox } from '../src/outbox/outbox.ts';
import type { Random } from '../src/testing/seeded-random.ts';

export interface ProducerOptions {
  readonly url: string;
  /** To be committed, not counting those whose transaction rolls back. */
  readonly events: number;
  readonly keys: number;
  readonly random: Random;
  /** Events per second over all producers; absent = as fast as possible. */
  readonly rate?: number;
  readonly connections?: number;
  /** Ends before `events` when it says so. */
  readonly enough?: () => boolean;
  /** Called with every event that the producer believes to be committed. */
  readonly onCommitted?: (count: number) => void;
}

export interface Produced {
  readonly rolledBack: number;
  /** Transactions whose commit failed or whose answer was lost; the table `truth` knows which of them are there. */
  readonly failed: number;
}

/**
 * Eight connections publish 1 to 3 events per transaction with random keys; some hold their locks for up to 30 ms before
 * COMMIT, some roll back. `truth` is written in the same transactions: what is in it was committed.
 */
export async function produce(options: ProducerOptions): Promise<Produced> {
  const { random } = options;
  const connections = options.connections ?? 8;
  const database: Database<unknown> = createDatabase({ url: options.url, max: connections, onError: () => undefined });
  const outbox = createOutbox({ source: 'faults', wake: database });
  const started = performance.now();
  let next = 0;
  let rolledBack = 0;
  let failed = 0;

  const transaction = async () => {
    const mine = Array.from({ length: 1 + Math.floor(random() * 3) }, () => next++);
    const rollBack = random() < 0.05;
    const hold = random() < 0.05 ? random() * 30 : 0;
    try {
      await database.tx(async (tx) => {
        for (const [position, n] of mine.entries()) {
          const key = `user-${Math.floor(random() * options.keys)}`;
          const event = { interactionId: String(n), userId: key, articleId: 'a' };
          const id = outbox.publish(tx, InteractionRecorded, event);
          tx.beforeCommit(async () => {
            await tx.query('INSERT INTO truth VALUES ($1, $2, $3, pg_current_xact_id())', [id, key, position]);
          });
        }
        tx.beforeCommit(async () => {
          if (hold > 0) await delay(hold);
          if (rollBack) throw new RollBack();
        });
      });
      options.onCommitted?.(mine.length);
    } catch (error) {
      if (error instanceof RollBack) rolledBack += mine.length;
      else {
        failed++;
        await delay(300);
      }
    }
  };
  const worker = async () => {
    while (next - rolledBack < options.events && options.enough?.() !== true) {
      if (options.rate !== undefined) {
        const ahead = next / options.rate - (performance.now() - started) / 1000;
        if (ahead > 0) await delay(ahead * 1000);
      }
      await transaction();
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  await database.close();
  return { rolledBack, failed };
}

class RollBack extends Error {}
