import { expect, it } from '@jest/globals';
import { until } from './index.ts';

it('resolves with the first truthy value', async () => {
  let tries = 0;
  expect(await until(() => (++tries < 3 ? undefined : `try ${tries}`), { everyMs: 1 })).toBe('try 3');
});

it('takes an error of a try as not yet', async () => {
  let tries = 0;
  await until(
    () => {
      if (++tries < 3) throw new Error('not up');
      return true;
    },
    { everyMs: 1 },
  );
  expect(tries).toBe(3);
});

it('rejects with what was waited for and why the last try failed', async () => {
  const waiting = until(() => Promise.reject(new Error('connection refused')), {
    timeoutMs: 20,
    message: 'the server',
  });
  await expect(waiting).rejects.toThrow('Waited 20 ms for: the server; the last try failed: connection refused');
});
