export { type PubSubEmulator, type PubSubEmulatorOptions, startPubSubEmulator } from './start.ts';
export { parseSetup, type Setup, type SetupTopic } from './setup.ts';
