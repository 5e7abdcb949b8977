// One relay in a process of its own, so that its memory can be read: node backlog-process.ts <url> <events>
import { OrderedPublisher } from './ordered-publisher.ts';
import { createRelay } from '../src/relay/relay.ts';

/** What the process sends when everything is published. */
export interface BacklogDrained {
  readonly seconds: number;
  /** Bytes of resident memory. */
  readonly peak: number;
  readonly inversions: number;
  readonly duplicates: number;
}

const [url = '', events = '0'] = process.argv.slice(2);
const publisher = new OrderedPublisher();
const started = performance.now();
let peak = 0;
const relay = createRelay({ databases: [{ name: 'bench', url }], publisher });
while (publisher.published < Number(events)) {
  peak = Math.max(peak, process.memoryUsage.rss());
  await new Promise((resolve) => setTimeout(resolve, 50));
}
const seconds = (performance.now() - started) / 1000;
await relay.stop();
const { inversions, duplicates } = publisher;
await new Promise((sent) => process.send?.({ seconds, peak, inversions, duplicates } satisfies BacklogDrained, sent));
process.disconnect?.();
