import { expect, test } from '@jest/globals';
import type { KubernetesApi } from './kubernetes-api.ts';
import { WindowStore } from './window-store.ts';

const DAY_MS = 86_400_000;

/** One ConfigMap. */
function kubernetes(): KubernetesApi {
  let stored: unknown = {};
  return { namespace: 'kiban', get: async () => stored, apply: async (_, body) => (stored = body) };
}

test('an announcement that is delivered again weeks after its cancellation opens nothing', async () => {
  const api = kubernetes();
  const now = Date.now();
  const window = { id: 'campaign', from: now + DAY_MS, to: now + 2 * DAY_MS, factor: 5 };
  await new WindowStore(api, 'windows').put(window, now - 21 * DAY_MS);
  await new WindowStore(api, 'windows').cancel(window.id, now - 20 * DAY_MS);
  const other = { ...window, id: 'other' };
  await new WindowStore(api, 'windows').put(other, now);
  await new WindowStore(api, 'windows').put(window, now - 21 * DAY_MS);
  expect(await new WindowStore(api, 'windows').list()).toEqual([expect.objectContaining({ id: 'other' })]);
});

test('what is long over is forgotten', async () => {
  const store = new WindowStore(kubernetes(), 'windows');
  const now = Date.now();
  await store.put({ id: 'last week', from: now - 7 * DAY_MS, to: now - 6 * DAY_MS, factor: 2 }, now - 8 * DAY_MS);
  await store.cancel('last month', now - 32 * DAY_MS);
  await store.put({ id: 'today', from: now, to: now + 1, factor: 2 }, now);
  expect((await store.list()).map(({ id }) => id)).toEqual(['today']);
});
