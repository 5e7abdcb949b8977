export { type PubSubEmulator, type PubSubEmulatorOptions, startPubSubEmulator } from './start.ts';
