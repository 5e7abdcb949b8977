import { expect, it } from '@jest/globals';
import { until } from '@kiban/testing';
import { CronScheduler, type JobSpec } from './cron.ts';

const job = (name: string, schedule: string): JobSpec => ({ name, schedule, timeZone: 'Asia/Tokyo', command: [name] });

it('runs jobs at their times, tells of failures and waits for what runs before it stops', async () => {
  const finish = Promise.withResolvers<void>();
  const seen: string[] = [];
  const scheduler = new CronScheduler(
    // Six fields: every second.
    [job('long', '* * * * * *'), job('bad', '* * * * * *')],
    async ({ name }) => {
      seen.push(name);
      if (name === 'bad') throw new Error('broken');
      await finish.promise;
      seen.push('long is done');
    },
    ({ name }, error) => seen.push(`${name}: ${(error as Error).message}`),
  );
  // The second time of both comes while the long one still runs.
  const failures = () => seen.filter((each) => each === 'bad: broken').length;
  await until(() => failures() >= 2, { timeoutMs: 10_000, message: 'no job ran twice' });
  const stopped = scheduler.stop();
  finish.resolve();
  await stopped;
  expect(seen.filter((each) => each === 'long')).toHaveLength(1);
  expect(seen).toContain('long is done');
});

it('reads times in the zone of the job', () => {
  const scheduler = new CronScheduler(
    [job('nightly', '0 3 * * *')],
    async () => {},
    () => {},
  );
  expect(scheduler.next[0]?.toISOString()).toContain('T18:00:00');
  return scheduler.stop();
});
