// One relay in a process of its own, so that its memory can be read: node backlog-process.ts <url> <events>
import { createRelay } from '../src/relay/relay.ts';
import { countingPublisher } from './drain.ts';

const [url = '', events = '0'] = process.argv.slice(2);
const publisher = countingPublisher();
const started = performance.now();
let peak = 0;
const relay = createRelay({ databases: [{ name: 'bench', url }], publisher });
while (publisher.count < Number(events)) {
  peak = Math.max(peak, process.memoryUsage.rss());
  await new Promise((resolve) => setTimeout(resolve, 50));
}
const seconds = (performance.now() - started) / 1000;
await relay.stop();
process.send?.({ seconds, peak });
process.disconnect?.();
