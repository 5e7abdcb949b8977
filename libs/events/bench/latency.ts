import { setTimeout as delay } from 'node:timers/promises';
import { median, quantile } from '@kiban/testing';
import { createRelay } from '../src/relay/relay.ts';
import { runChild } from './child.ts';
import { monotonicMs } from './monotonic.ts';
import type { Produced } from './producer-process.ts';

export interface Latency {
  /** Milliseconds from the acknowledged commit to the publish request. */
  readonly p50: number;
  readonly p99: number;
  /** Commits per second that were reached. */
  readonly committed: number;
  /** Publishes per second from the first commit to the last publish. */
  readonly published: number;
}

/** A producer process commits at a steady rate, one event per transaction, while a relay in this process publishes. */
export async function commitToPublish(url: string, rate: number, seconds: number): Promise<Latency> {
  const published = new Map<string, number>();
  const relay = createRelay({
    databases: [{ name: 'bench', url }],
    publisher: {
      async publish(_topic, messages) {
        const now = monotonicMs();
        for (const { attributes } of messages) published.set(attributes['ce-id'] ?? '', now);
        return [];
      },
    },
  });
  const produced = await runChild<Produced>('producer-process', url, String(rate), String(seconds));
  while (produced.ids.some((id) => !published.has(id))) await delay(10);
  await relay.stop();
  const at = produced.ids.map((id) => published.get(id) ?? Number.NaN);
  // A relay may read a commit before its producer hears of it.
  const waits = at.map((time, index) => Math.max(0, time - (produced.committedAt[index] ?? 0)));
  const span = (Math.max(...at) - Math.min(...produced.committedAt)) / 1000;
  const [p50, p99] = [median(waits), quantile(waits, 0.99)];
  return { p50, p99, committed: at.length / produced.seconds, published: at.length / span };
}
