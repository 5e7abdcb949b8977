import { create } from '@bufbuild/protobuf';
import { expect, test } from '@jest/globals';
import { TopicSchema } from '@kiban/contracts/google/pubsub/v1';
import { Core } from './core/core.ts';
import { createTopic, getTopic } from './core/topics.ts';
import { Driver } from './driver.ts';

test('messages stay hidden until the publisher has read the reply, however busy it is', async () => {
  const core = new Core({ epoch: 'a', deliveryDelayMs: 5 });
  const driver = new Driver(core);
  createTopic(core, create(TopicSchema, { name: 'projects/test/topics/topic' }));
  const topic = getTopic(core, 'projects/test/topics/topic');
  const visibility = { visibleAt: Infinity };
  const asked = Promise.withResolvers<void>();
  const { promise: read, resolve: arrive } = Promise.withResolvers<void>();
  driver.release(topic, visibility, () => {
    asked.resolve();
    return read;
  });
  await asked.promise;
  expect(visibility.visibleAt).toBe(Infinity);
  driver.offset += 60;
  arrive();
  await read;
  // 1 ms after it was read: the 5 ms after the reply were over long before.
  expect(visibility.visibleAt).toBeGreaterThan(driver.now() - 50);
  expect(visibility.visibleAt).toBeLessThanOrEqual(driver.now() + 1);
  driver.close();
});
