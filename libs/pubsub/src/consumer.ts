import type { Message, PubSub, Subscription } from '@google-cloud/pubsub';
import { RECONNECT } from './channel.ts';
import { type PubSubConnection, resourceNames } from './connection.ts';
import { type Delivery, KeyLanes } from './key-lanes.ts';
import { PubSubError } from './pubsub-error.ts';

/** A message as a consumer gets it. */
export interface IncomingMessage extends Delivery {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  readonly publishTime: Date;
  /** 1 for the first delivery. Counts up only when the subscription has a dead-letter policy; else stays 1. */
  readonly deliveryAttempt: number;
}

export interface ConsumerOptions extends PubSubConnection {
  /** Declared name, without prefix. */
  readonly subscription: string;
  /** Acknowledged when it resolves; a rejection redelivers the message and the later ones of its key. */
  readonly handle: (message: IncomingMessage) => Promise<void>;
  /** Handlers at the same time. Default 8. One key never has more than one. */
  readonly concurrency?: number;
  /** Messages held at the same time, waiting or running. Default 1,000. */
  readonly maxMessages?: number;
  /** Milliseconds between liveness probes. Default 5,000. */
  readonly probeMs?: number;
  /** Called when the consumer starts or stops being able to receive. */
  readonly onLive?: (live: boolean, reason: string) => void;
  readonly onFailure?: (message: IncomingMessage, error: unknown) => void;
}

export interface Consumer {
  /** Whether the last probe reached Pub/Sub and the stream stands. */
  readonly live: boolean;
  /** Messages that wait or run. */
  readonly size: number;
  /** Stops receiving, finishes what runs (at most `limitMs`, default 10,000), gives the rest back. */
  drain(limitMs?: number): Promise<void>;
}

/** Milliseconds between tries to open a lost stream, at most; half a second more or less by chance. */
const RETRY_STREAM_MS = 1_000;

/**
 * Receives one subscription with Google's client: streams, lease extension and flow control are its work; order inside a
 * key, concurrency and liveness are ours.
 */
export async function startConsumer(options: ConsumerOptions): Promise<Consumer> {
  // Kept out of processes that only publish, and of the start of the others: the client costs 20 MB and 300 ms.
  const { PubSub: Client, Duration } = await import('@google-cloud/pubsub');
  const { openProbe } = await import('./probe.ts');
  const names = resourceNames(options);
  const client = new Client(clientOptions(options, names.project));
  const lanes = new KeyLanes<IncomingMessage>({
    handle: options.handle,
    concurrency: options.concurrency ?? 8,
    ...(options.onFailure === undefined ? {} : { onFailure: options.onFailure }),
  });
  const resource = names.subscription(options.subscription);
  const probe = openProbe(options, resource);
  let stopped = false;
  let live = false;
  let subscription: Subscription | undefined;

  const report = (now: boolean, reason: string) => {
    if (now === live || stopped) return;
    live = now;
    options.onLive?.(now, reason);
  };
  const open = () => {
    subscription = client.subscription(resource, {
      flowControl: { maxMessages: options.maxMessages ?? 1_000, allowExcessMessages: false },
      // The client's own 60 s would leave a minute of silence after an outage of a minute.
      streamingOptions: { maxStreams: 1, retryMaxBackoff: Duration.from({ milliseconds: RETRY_STREAM_MS }) },
      closeOptions: {
        behavior: 'WAIT', // for what runs: lanes.drain() has given the rest back
        timeout: Duration.from({ seconds: 10 }),
      },
    });
    subscription.on('message', (message: Message) => lanes.push(incoming(message)));
    // The client ends a subscription for good on any error it does not retry; a missing subscription may still come.
    subscription.once('error', (error: unknown) => {
      report(false, PubSubError.from(error, options.subscription).message);
      subscription?.removeAllListeners('message');
      subscription?.on('error', () => undefined);
      subscription = undefined;
    });
  };
  const check = async () => {
    const failure = await probe.failure();
    if (stopped) return;
    if (failure !== undefined) {
      report(false, failure);
      return;
    }
    if (subscription === undefined) open();
    report(true, 'receiving');
  };

  await check();
  const timer = setInterval(() => void check(), options.probeMs ?? 5_000);
  return {
    get live() {
      return live;
    },
    get size() {
      return lanes.size;
    },
    async drain(limitMs = 10_000) {
      stopped = true;
      clearInterval(timer);
      probe.close();
      const finished = lanes.drain().then(() => subscription?.close());
      await within(finished, limitMs);
      await within(client.close(), 1_000);
    },
  };
}

function clientOptions(options: PubSubConnection, projectId: string): ConstructorParameters<typeof PubSub>[0] {
  if (options.emulatorHost === undefined) return { ...RECONNECT, projectId };
  // Without this the client looks for Google's metadata server even with an emulator.
  process.env['METADATA_SERVER_DETECTION'] ??= 'none';
  return { ...RECONNECT, projectId, apiEndpoint: options.emulatorHost, emulatorMode: true };
}

function incoming(message: Message): IncomingMessage {
  return {
    messageId: message.id,
    orderingKey: message.orderingKey ?? '',
    data: message.data,
    attributes: message.attributes,
    publishTime: message.publishTime,
    deliveryAttempt: message.deliveryAttempt || 1,
    ack: () => message.ack(),
    nack: () => message.nack(),
  };
}

async function within(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work.catch(() => undefined), limit]);
  clearTimeout(timer);
}
