import { describe, expect, it } from '@jest/globals';
import { type Delivery, KeyLanes } from './key-lanes.ts';

interface Recorded extends Delivery {
  readonly settled: string[];
}

function delivery(messageId: string, orderingKey: string): Recorded {
  const settled: string[] = [];
  return { messageId, orderingKey, settled, ack: () => settled.push('ack'), nack: () => settled.push('nack') };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('KeyLanes', () => {
  it('nacks the failed message, all behind it, and later ones until it comes back', async () => {
    const handled: string[] = [];
    let failing = true;
    const lanes = new KeyLanes<Recorded>({
      concurrency: 2,
      async handle({ messageId }) {
        if (messageId === '1' && failing) throw new Error('no');
        handled.push(messageId);
      },
    });
    const [one, two, three, other] = [delivery('1', 'k'), delivery('2', 'k'), delivery('3', 'k'), delivery('9', 'x')];
    for (const item of [one, two, other]) lanes.push(item);
    await turn();
    lanes.push(three);
    expect([one, two, three, other].map((item) => item.settled)).toEqual([['nack'], ['nack'], ['nack'], ['ack']]);
    failing = false;
    for (const id of ['1', '2', '3']) lanes.push(delivery(id, 'k'));
    await turn();
    expect(handled).toEqual(['9', '1', '2', '3']);
  });

  it('runs no more handlers than allowed and never two of a key', async () => {
    let running = 0;
    let most = 0;
    const keys = new Set<string>();
    const lanes = new KeyLanes<Recorded>({
      concurrency: 3,
      async handle({ orderingKey }) {
        expect(keys.has(orderingKey)).toBe(false);
        keys.add(orderingKey);
        most = Math.max(most, ++running);
        await turn();
        running--;
        keys.delete(orderingKey);
      },
    });
    const all = Array.from({ length: 40 }, (_, n) => delivery(String(n), `k${n % 8}`));
    for (const item of all) lanes.push(item);
    while (lanes.size > 0) await turn();
    expect(most).toBe(3);
    expect(all.every((item) => item.settled.join() === 'ack')).toBe(true);
  });

  it('drains: finishes what runs and gives the rest back', async () => {
    let finish: (() => void) | undefined;
    const lanes = new KeyLanes<Recorded>({
      concurrency: 1,
      handle: () => new Promise((resolve) => (finish = resolve)),
    });
    const [running, waiting, late] = [delivery('1', 'k'), delivery('2', 'k'), delivery('3', 'x')];
    lanes.push(running);
    lanes.push(waiting);
    const drained = lanes.drain();
    lanes.push(late);
    expect([running.settled, waiting.settled, late.settled]).toEqual([[], ['nack'], ['nack']]);
    finish?.();
    await drained;
    expect(running.settled).toEqual(['ack']);
  });

  it('does not hold messages without a key behind each other', async () => {
    const handled: string[] = [];
    const lanes = new KeyLanes<Recorded>({
      concurrency: 1,
      async handle({ messageId }) {
        if (messageId === '1') throw new Error('no');
        handled.push(messageId);
      },
    });
    for (const id of ['1', '2', '3']) lanes.push(delivery(id, ''));
    while (lanes.size > 0) await turn();
    expect(handled).toEqual(['2', '3']);
  });
});
