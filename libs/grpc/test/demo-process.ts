// A demo server as a process: tells its parent its address, ends on SIGTERM.
import { startDemo } from './start-demo.ts';

const demo = await startDemo({});
process.once('SIGTERM', () => void demo.stop().then(() => process.exit(0)));
process.send?.(demo.address);
