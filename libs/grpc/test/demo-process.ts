// A demo server as a process: tells its parent its address, ends on SIGTERM.
import { startDemo } from './start-demo.ts';

const { address, stop } = await startDemo({});
process.once('SIGTERM', () => void stop().then(() => process.exit(0)));
process.send?.(address);
