// The embedded Pub/Sub as a process of its own, to be killed: node bus-process.ts <port> [<state folder>]
import { startPubSubEmulator } from '@kiban/pubsub-emulator';

const [port = '0', stateDir] = process.argv.slice(2);
const emulator = await startPubSubEmulator({
  port: Number(port),
  ...(stateDir === undefined ? {} : { stateDir }),
});
process.send?.(emulator.admin);
process.on('disconnect', () => process.exit(0));
