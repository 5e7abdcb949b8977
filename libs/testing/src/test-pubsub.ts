import { type PubSubEmulatorOptions, startPubSubEmulator } from '@kiban/pubsub-emulator';

export interface TestPubSub {
  /** host:port, for PUBSUB_EMULATOR_HOST or the `emulatorHost` of clients. */
  host: string;
  /** Address of the emulator's own HTTP. */
  admin: string;
  close(): Promise<void>;
}

export type TestPubSubOptions = Pick<PubSubEmulatorOptions, 'deliveryDelayMs' | 'port'>;

/** An empty Pub/Sub in this process, kept in memory. Starting one takes milliseconds: take one per test file. */
export async function testPubSub(options: TestPubSubOptions = {}): Promise<TestPubSub> {
  // Google's client looks for a cloud machine around it even when it talks to an emulator: half a second, and a warning.
  process.env['METADATA_SERVER_DETECTION'] ??= 'none';
  return startPubSubEmulator(options);
}
