import { Logger, run, runMigrations } from 'graphile-worker';
import type pg from 'pg';
import { PgBoss } from 'pg-boss';

const payload = { data: 'x'.repeat(400) };

/** graphile-worker, one job per event, four at a time. @param localQueue jobs fetched at once; 0 = one by one */
export async function graphileWorker(admin: pg.Pool, url: string, events: number, localQueue: number): Promise<number> {
  const logger = new Logger(() => () => undefined);
  await runMigrations({ connectionString: url, logger });
  await admin.query(
    `SELECT count(*) FROM (SELECT graphile_worker.add_job('publish', $1::json) FROM generate_series(1, $2::int)) AS added`,
    [JSON.stringify(payload), events],
  );
  let count = 0;
  let finish = () => undefined as void;
  const done = new Promise<void>((resolve) => (finish = resolve));
  const started = performance.now();
  const runner = await run({
    connectionString: url,
    concurrency: 4,
    pollInterval: 100,
    noHandleSignals: true,
    logger,
    ...(localQueue === 0 ? {} : { preset: { worker: { localQueue: { size: localQueue }, completeJobBatchDelay: 0 } } }),
    taskList: {
      publish: async () => {
        if (++count >= events) finish();
      },
    },
  });
  await done;
  const rate = events / ((performance.now() - started) / 1000);
  await runner.stop();
  return rate;
}

/** pg-boss, one job per event, batches of 500, four workers. */
export async function pgBoss(url: string, events: number): Promise<number> {
  const boss = new PgBoss({ connectionString: url, schedule: false, supervise: false });
  boss.on('error', () => undefined);
  await boss.start();
  await boss.createQueue('bench');
  for (let n = 0; n < events; n += 1_000) {
    await boss.insert(
      'bench',
      Array.from({ length: Math.min(1_000, events - n) }, () => ({ data: payload })),
    );
  }
  let count = 0;
  let finish = () => undefined as void;
  const done = new Promise<void>((resolve) => (finish = resolve));
  const started = performance.now();
  for (let i = 0; i < 4; i++) {
    await boss.work('bench', { batchSize: 500, pollingIntervalSeconds: 0.5 }, async (jobs) => {
      count += jobs.length;
      if (count >= events) finish();
    });
  }
  await done;
  const rate = events / ((performance.now() - started) / 1000);
  await boss.stop({ graceful: false });
  return rate;
}
