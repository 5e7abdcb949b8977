import { expect, it } from '@jest/globals';
import { PubSub } from '@google-cloud/pubsub';
import { testPubSub } from './index.ts';

it('carries a message of the real client', async () => {
  const emulator = await testPubSub();
  const client = new PubSub({ projectId: 'spec', apiEndpoint: emulator.host, emulatorMode: true });
  const [topic] = await client.createTopic('article');
  const [subscription] = await topic.createSubscription('reader');
  const received = new Promise<string>((resolve) =>
    subscription.on('message', (message) => {
      message.ack();
      resolve(message.data.toString());
    }),
  );
  await topic.publishMessage({ data: Buffer.from('hello') });
  expect(await received).toBe('hello');
  await subscription.close();
  await client.close();
  await emulator.close();
});
