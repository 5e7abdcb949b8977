// The embedded Pub/Sub as a process of its own, as in `npm start`.
import { startPubSubEmulator } from '@kiban/pubsub-emulator';

const emulator = await startPubSubEmulator();
process.send?.(emulator.host);
process.on('disconnect', () => process.exit(0));
