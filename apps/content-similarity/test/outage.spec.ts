import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ArticlePublished } from '@kiban/events';
import { until } from '@kiban/testing';
import { type Platform, startPlatform } from './platform.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
}, 60_000);
afterAll(() => platform.close());

const publish = (articleId: string, title: string) =>
  platform.publish(ArticlePublished, { article: { articleId, title, language: 'en' } });
const found = async (query: string) => (await platform.client.searchArticles({ query })).results.length;

/** `npm run faults -- outbox --plan outage` does the same for a minute, with kill -9 and under load. */
it('answers reads while Pub/Sub is away, says that it hears nothing, and catches up', async () => {
  await publish('before', 'zeppelin');
  await until(async () => (await found('zeppelin')) === 1, { timeoutMs: 15_000, message: 'the first event' });
  expect(await platform.consuming()).toBe(true);

  await platform.pubsub.stop();
  await publish('meanwhile', 'submarine');
  await until(async () => !(await platform.consuming()), { timeoutMs: 30_000, message: 'health consumer red' });
  await until(async () => (await platform.oldestAge()) > 1, { timeoutMs: 30_000, message: 'the age to rise' });
  expect(await found('zeppelin')).toBe(1);
  expect(await found('submarine')).toBe(0);

  await platform.pubsub.start();
  await until(async () => (await found('submarine')) === 1, { timeoutMs: 60_000, message: 'the event of the outage' });
  await until(() => platform.consuming(), { timeoutMs: 30_000, message: 'health consumer green' });
  await until(async () => (await platform.oldestAge()) === 0, { timeoutMs: 30_000, message: 'the age to fall' });
}, 180_000);
