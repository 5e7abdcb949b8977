import { afterAll, beforeAll } from '@jest/globals';
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

export interface SharedFixture extends Fixture {
  readonly low: LowLevel;
}

/** One emulator, client and low-level clients for all tests of a file; made before the first and closed after the last. */
export function sharedFixture(): SharedFixture {
  let made: Fixture | undefined;
  let low: LowLevel | undefined;
  beforeAll(async () => {
    made = await fixture();
    low = await lowLevel(made.emulator);
  });
  afterAll(async () => {
    await low?.close();
    await made?.close();
  });
  const ready = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the fixture is there in tests and hooks only');
    return value;
  };
  return {
    get emulator() {
      return ready(made).emulator;
    },
    get client() {
      return ready(made).client;
    },
    get low() {
      return ready(low);
    },
    unique: (prefix) => ready(made).unique(prefix),
    topicAndSubscription: (options) => ready(made).topicAndSubscription(options),
    close: () => ready(made).close(),
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

export type LowLevel = Awaited<ReturnType<typeof lowLevel>>;

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
