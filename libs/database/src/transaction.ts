import { setTimeout as delay } from 'node:timers/promises';
import type { IsolationLevel, Kysely, Transaction } from 'kysely';
import { isRetryable } from './errors.ts';
import { type Queryable, type QueryResult, runQuery } from './queryable.ts';

/** A transaction under way. */
export interface Tx<Schema> extends Queryable {
  kysely: Transaction<Schema>;
  /**
   * Runs when the work is done, as the last statements before COMMIT, in the order of registration; a hook may register
   * more. An error rolls everything back. The outbox writes its rows here.
   */
  beforeCommit(hook: () => Promise<void>): void;
  /** Runs after COMMIT, never after a rollback. An error goes to `onError`: the work is already durable. */
  afterCommit(hook: () => void): void;
}

export interface TxOptions {
  /** Default: read committed. */
  isolation?: IsolationLevel;
  /** Read only. Default false. */
  readOnly?: boolean;
  /**
   * How often to run `fn` again after a serialization failure or a deadlock, with a short random pause. Default 0. `fn`
   * must not have effects outside the transaction then.
   */
  retries?: number;
}

export async function runTransaction<Schema, R>(
  kysely: Kysely<Schema>,
  fn: (tx: Tx<Schema>) => Promise<R>,
  options: TxOptions,
  onError: (error: unknown) => void,
): Promise<R> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await runOnce(kysely, fn, options, onError);
    } catch (error) {
      if (!isRetryable(error) || attempt >= (options.retries ?? 0)) throw error;
      await delay(Math.random() * Math.min(200, 10 * 2 ** attempt));
    }
  }
}

async function runOnce<Schema, R>(
  kysely: Kysely<Schema>,
  fn: (tx: Tx<Schema>) => Promise<R>,
  options: TxOptions,
  onError: (error: unknown) => void,
): Promise<R> {
  const before: (() => Promise<void>)[] = [];
  const after: (() => void)[] = [];
  let over = false;
  const assertOpen = () => {
    if (over) throw new Error('This transaction is over. Was a promise inside it not awaited?');
  };

  let builder = kysely.transaction();
  if (options.isolation) builder = builder.setIsolationLevel(options.isolation);
  if (options.readOnly) builder = builder.setAccessMode('read only');
  let result: R;
  try {
    result = await builder.execute(async (transaction) => {
      const value = await fn({
        kysely: transaction,
        query: async <Row>(text: string, values: readonly unknown[] = []): Promise<QueryResult<Row>> => {
          assertOpen();
          return runQuery<Row>(transaction, text, values);
        },
        beforeCommit: (hook) => {
          assertOpen();
          before.push(hook);
        },
        afterCommit: (hook) => {
          assertOpen();
          after.push(hook);
        },
      });
      // By index: a hook may add hooks.
      for (let i = 0; i < before.length; i++) await before[i]?.();
      return value;
    });
  } finally {
    over = true;
  }
  for (const hook of after) {
    try {
      hook();
    } catch (error) {
      onError(error);
    }
  }
  return result;
}
