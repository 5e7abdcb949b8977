// A replica as a process: replica-process.ts <address> <ms of work>. Answers with its address; ends on SIGTERM.
import { setTimeout as sleep } from 'node:timers/promises';
import { startDemo } from '../test/start-demo.ts';

const [address = '', workMs = '10'] = process.argv.slice(2);
const answer = async () => {
  await sleep(Number(workMs));
  return { title: address };
};
const demo = await startDemo({ get: () => answer(), read: () => answer() }, { address, drainMs: 10_000 });
process.once('SIGTERM', () => void demo.stop().then(() => process.exit(0)));
process.once('disconnect', () => process.exit(1));
process.send?.(demo.transport.port);
