import { createPublisher } from '@kiban/pubsub';
import { median } from '@kiban/testing';
import { topology } from '../src/catalog/topology.ts';
import { startBus } from '../faults/bus.ts';
import type { FaultDatabase } from '../faults/fault-database.ts';
import { graphileWorker, pgBoss } from './controls.ts';
import { countingPublisher, type Drain, drainUnordered, drainWithRelay } from './drain.ts';
import { drainBacklog, MAX_MEGABYTES } from '../faults/run-backlog.ts';
import { processSeconds } from './cpu-meter.ts';
import { commitToPublish } from './latency.ts';
import { perSecond, type Report } from './report.ts';

export interface Sizes {
  /** Events per round of a drain. */
  readonly events: number;
  /** Rounds of a comparison; the median counts. */
  readonly rounds: number;
  readonly backlog: number;
  /** Seconds of each latency measurement. */
  readonly seconds: number;
}

export type Section = (database: FaultDatabase, sizes: Sizes, report: Report) => Promise<void>;

const ORDERED = 'relay, publisher that does nothing';
const cost = (drain: Drain) =>
  Number.isNaN(drain.postgresMicros)
    ? ''
    : `; CPU ${drain.nodeMicros.toFixed(0)} + ${drain.postgresMicros.toFixed(0)} µs`;
const middle = (drains: readonly Drain[]): Drain =>
  drains.toSorted((a, b) => a.rate - b.rate)[Math.floor(drains.length / 2)] as Drain;

/** Our relay and the unordered control take turns, and the control twice: what A and A differ by is noise. */
const drain: Section = async (database, { events, rounds }, report) => {
  const control: Drain[] = [];
  const again: Drain[] = [];
  const relay: Drain[] = [];
  // Unmeasured: both have compiled code and a grown table when the clock starts.
  await drainWithRelay(database, events / 2, countingPublisher());
  await drainUnordered(database, events / 2);
  for (let round = 0; round < rounds; round++) {
    control.push(await drainUnordered(database, events));
    relay.push(await drainWithRelay(database, events, countingPublisher()));
    again.push(await drainUnordered(database, events));
  }
  const [base, same, ours] = [middle(control), middle(again), middle(relay)];
  report({
    what: 'control: SKIP LOCKED + DELETE, 4 connections, no order',
    figure: perSecond(base.rate) + cost(base),
    values: { rate: base.rate },
  });
  const noise = same.rate / base.rate;
  report({ what: 'the control again (A/A)', figure: `${noise.toFixed(2)} of the control`, values: { ratio: noise } });
  const ratio = ours.rate / Math.max(base.rate, same.rate);
  report({
    what: ORDERED,
    figure: `${ratio.toFixed(2)} of the control`,
    values: { ratio },
    target: '>= 0.8',
    met: ratio >= 0.8,
    gate: true,
  });
  report({
    what: ORDERED,
    figure: perSecond(ours.rate) + cost(ours),
    values: { rate: ours.rate, nodeMicros: ours.nodeMicros, postgresMicros: ours.postgresMicros },
    target: '60,000 ev/s',
    met: ours.rate >= 60_000,
  });
};

const pubsub: Section = async (database, { events, rounds }, report) => {
  for (const [what, keep] of [
    ['in memory', false],
    ['with its state on disk, as `npm start` runs it', true],
  ] as const) {
    const bus = await startBus({ topics: topology.topics, subscriptions: {} }, keep);
    const publisher = createPublisher({ emulatorHost: bus.host });
    await drainWithRelay(database, events / 4, publisher); // unmeasured: compiles, connects
    const drains: Drain[] = [];
    const before = processSeconds(bus.pid);
    for (let round = 0; round < rounds; round++) drains.push(await drainWithRelay(database, events, publisher));
    const busMicros = ((processSeconds(bus.pid) - before) / events / rounds) * 1e6;
    await publisher.close();
    await bus.close();
    const { rate, ...spent } = middle(drains);
    const inPubSub = Number.isNaN(busMicros) ? '' : `, and ${busMicros.toFixed(0)} µs in Pub/Sub`;
    report({
      what: `relay into the embedded Pub/Sub, a process of its own, ${what}`,
      figure: perSecond(rate) + cost({ rate, ...spent }) + inPubSub,
      values: { rate, ...spent, busMicros },
      target: '20,000 ev/s',
      met: rate >= 20_000,
    });
  }
};

/** Dead rows cannot be cleared away while somebody may still see them. */
const held: Section = async (database, { events, rounds }, report) => {
  const transactions = {
    'an old snapshot open (REPEATABLE READ)': 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM truth',
    'an old writing transaction open': 'BEGIN; SELECT pg_current_xact_id()',
  };
  const holder = await database.admin.connect();
  for (const [what, begin] of Object.entries(transactions)) {
    const free: number[] = [];
    const hindered: number[] = [];
    for (let round = 0; round < rounds; round++) {
      free.push((await drainWithRelay(database, events, countingPublisher())).rate);
      await holder.query(begin);
      hindered.push((await drainWithRelay(database, events, countingPublisher())).rate);
      await holder.query('COMMIT');
    }
    const share = median(hindered) / median(free);
    report({
      what: `relay, ${what}`,
      figure: `${perSecond(median(hindered))}, ${Math.round(share * 100)} % of the free drain`,
      values: { rate: median(hindered), share },
      target: '>= 50 %',
      met: share >= 0.5,
      gate: true,
    });
  }
  holder.release();
};

const latency: Section = async (database, { seconds }, report) => {
  const { p50, p99, committed } = await commitToPublish(database.url, 500, seconds);
  const met = p50 < 2.5 && p99 < 10;
  report({
    what: 'commit to publish at 500 ev/s',
    figure: `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(1)} ms`,
    values: { p50, p99, committed },
    target: 'p50 < 2.5 ms, p99 < 10 ms',
    met,
  });
};

/** Rates are doubled until producers or relay fall behind. */
const saturation: Section = async ({ url }, { seconds }, report) => {
  let best = 0;
  for (let rate = 1_000; rate <= 16_000; rate *= 2) {
    const { p50, p99, committed, published } = await commitToPublish(url, rate, seconds / 2);
    best = Math.max(best, published);
    report({
      what: `commit to publish, ${rate.toLocaleString('en')} ev/s wanted, one per transaction`,
      figure: `${perSecond(committed)} committed, ${perSecond(published)} published, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
      values: { wanted: rate, committed, published, p50, p99 },
    });
    if (committed < 0.95 * rate) break;
  }
  report({ what: 'the highest rate that was kept up', figure: perSecond(best), values: { rate: best } });
};

const backlog: Section = async (database, sizes, report) => {
  const { seconds, peak } = await drainBacklog(database, sizes.backlog);
  const megabytes = peak / 1e6;
  report({
    what: `backlog of ${sizes.backlog.toLocaleString('en')}, the relay in a process of its own`,
    figure: `${perSecond(sizes.backlog / seconds)}, peak RSS ${Math.round(megabytes)} MB`,
    values: { rate: sizes.backlog / seconds, megabytes },
    target: `< ${MAX_MEGABYTES} MB`,
    met: megabytes < MAX_MEGABYTES,
    gate: true,
  });
};

/** The same work with the queues that people take instead. */
const peers: Section = async ({ admin, url }, { events }, report) => {
  const line = async (what: string, rate: Promise<number>) => {
    const measured = await rate;
    report({ what, figure: perSecond(measured), values: { rate: measured } });
  };
  await line('graphile-worker, one job per event, concurrency 4', graphileWorker(admin, url, events / 20, 0));
  await line('graphile-worker, localQueue 500', graphileWorker(admin, url, events / 5, 500));
  await line('pg-boss, 4 workers, batches of 500', pgBoss(url, events / 5));
};

/** In the order of the table. */
export const sections: Readonly<Record<string, Section>> = {
  drain,
  pubsub,
  held,
  latency,
  saturation,
  backlog,
  peers,
};
