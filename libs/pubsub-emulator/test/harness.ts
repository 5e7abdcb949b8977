import { type Message, PubSub, type Subscription, type SubscriptionOptions, type Topic } from '@google-cloud/pubsub';
import { type PubSubEmulator, type PubSubEmulatorOptions, startPubSubEmulator } from '../src/index.ts';

process.env['METADATA_SERVER_DETECTION'] = 'none';

export interface Fixture {
  readonly emulator: PubSubEmulator;
  readonly client: PubSub;
  /** A name nobody has used. */
  unique(prefix: string): string;
  topicAndSubscription(options?: Parameters<Topic['createSubscription']>[1]): Promise<[Topic, Subscription]>;
  close(): Promise<void>;
}

/** An emulator in memory and the unmodified client on it. */
export async function fixture(options: PubSubEmulatorOptions = {}): Promise<Fixture> {
  const emulator = await startPubSubEmulator(options);
  const client = new PubSub({ projectId: 'test', apiEndpoint: emulator.host, emulatorMode: true } as never);
  let count = 0;
  const unique = (prefix: string): string => `${prefix}-${++count}`;
  return {
    emulator,
    client,
    unique,
    topicAndSubscription: async (subscriptionOptions = {}) => {
      const [topic] = await client.createTopic(unique('topic'));
      const [subscription] = await topic.createSubscription(unique('subscription'), subscriptionOptions);
      return [topic, subscription];
    },
    close: async () => {
      await client.close();
      await emulator.close();
    },
  };
}

/** Collects messages until `count` came, handling each with `handle` (default: acknowledge). */
export async function receive(
  subscription: Subscription,
  count: number,
  handle: (message: Message) => void = (message) => message.ack(),
  options: SubscriptionOptions & { timeoutMs?: number } = {},
): Promise<Message[]> {
  const { timeoutMs = 8000, ...rest } = options;
  if (Object.keys(rest).length > 0) subscription.setOptions(rest);
  const messages: Message[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => reject(new Error(`${messages.length} of ${count} messages came in ${timeoutMs} ms`)),
    timeoutMs,
  );
  subscription.on('error', reject);
  subscription.on('message', (message: Message) => {
    messages.push(message);
    handle(message);
    if (messages.length >= count) resolve();
  });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    // Close first: without a listener the client closes by itself and does not wait for its acknowledgements.
    await subscription.close();
    subscription.removeAllListeners();
  }
  return messages;
}

/** The error of a call that must fail. */
export async function failure(call: Promise<unknown>): Promise<{ code: number; message: string; details: string }> {
  try {
    await call;
  } catch (error) {
    return error as { code: number; message: string; details: string };
  }
  throw new Error('the call should have failed');
}

/** Low-level clients of the official library, which take no emulator setting from the environment. */
export async function lowLevel(emulator: PubSubEmulator) {
  const { v1 } = await import('@google-cloud/pubsub');
  const { credentials } = await import('@grpc/grpc-js');
  const [servicePath, port] = emulator.host.split(':');
  const options = {
    servicePath: servicePath as string,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    projectId: 'test',
  };
  const publisher = new v1.PublisherClient(options as never);
  const subscriber = new v1.SubscriberClient(options as never);
  return { publisher, subscriber, close: () => Promise.all([publisher.close(), subscriber.close()]) };
}

/** Calls the admin door. */
export async function admin(emulator: PubSubEmulator, path: string, body?: unknown): Promise<unknown> {
  const init =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`http://${emulator.admin}${path}`, init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return await response.json();
}
