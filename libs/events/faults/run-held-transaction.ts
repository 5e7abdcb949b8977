import { median } from '@kiban/testing';
import { cpuMeter } from '../bench/cpu-meter.ts';
import { createRelay } from '../src/relay/relay.ts';
import { faultDatabase } from './fault-database.ts';
import { fill, OrderedPublisher } from './ordered-publisher.ts';
import { brokenGuarantees, type PlanOptions, type PlanResult, secondsSince } from './plan.ts';

interface Drained {
  /** Events per second. */
  readonly rate: number;
  /** Microseconds of CPU per event; NaN where it cannot be read. */
  readonly micros: number;
}

const middle = (drains: readonly Drained[], what: keyof Drained) => median(drains.map((drain) => drain[what]));

/** A share of the free drain that must remain. */
const SHARE = 0.5;

/**
 * A transaction stays open for `seconds` with a snapshot and an id: no row deleted meanwhile can be cleared away. The relay
 * drains batch after batch; the last third, which carries the most dead rows, counts against batches with nothing open before
 * and after. Both the rate and, where it can be read, the CPU per event must keep their share: a rate alone also tells what
 * else the machine did in that minute.
 */
export async function runHeldTransaction(options: PlanOptions): Promise<PlanResult> {
  const { seed, events = 50_000, seconds = 60 } = options;
  const started = performance.now();
  const database = await faultDatabase({ durable: true });
  const publisher = new OrderedPublisher();
  let filled = 0;
  // One relay for all batches, as in production: it remembers where to begin while dead rows cannot be cleared away.
  const relay = createRelay({ databases: [{ name: 'faults', url: database.url }], publisher });
  const drain = async (): Promise<Drained> => {
    await fill(database.admin, events, filled, false);
    filled += events;
    const begun = performance.now();
    const spent = cpuMeter(database.pid);
    while (publisher.published < filled) await new Promise((resolve) => setTimeout(resolve, 5));
    const { node, postgres } = spent();
    return { rate: (events / (performance.now() - begun)) * 1000, micros: ((node + postgres) / events) * 1e6 };
  };
  await drain(); // warm
  const free = [await drain(), await drain()];
  const holder = await database.admin.connect();
  await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_current_xact_id(), count(*) FROM truth');
  const opened = performance.now();
  const held: Drained[] = [];
  while (performance.now() - opened < seconds * 1000) {
    held.push(await drain());
    options.onProgress?.(`${secondsSince(opened)} s open, ${Math.round(held.at(-1)?.rate ?? 0)} ev/s`);
  }
  await holder.query('COMMIT');
  holder.release();
  free.push(await drain(), await drain());
  await relay.stop();
  const left = (await database.admin.query('SELECT 1 FROM outbox')).rows.length;
  await database.close();

  const late = held.slice(Math.floor((held.length * 2) / 3));
  const rates = { free: middle(free, 'rate'), late: middle(late, 'rate') };
  const micros = { free: middle(free, 'micros'), late: middle(late, 'micros') };
  const byRate = rates.late / rates.free;
  const share = Number.isNaN(micros.late) ? byRate : Math.min(byRate, micros.free / micros.late);
  const result = {
    seed,
    committed: filled,
    injected: { 'seconds with a transaction open': seconds },
    lost: filled - publisher.published + publisher.duplicates + left,
    invented: 0,
    inversions: publisher.inversions,
    duplicates: publisher.duplicates,
    duplicateBound: 0,
    measured: {
      'ev/s free': Math.round(rates.free),
      'ev/s in the last third': Math.round(rates.late),
      ...(Number.isNaN(micros.late)
        ? {}
        : { 'µs CPU free': Math.round(micros.free), 'µs CPU in the last third': Math.round(micros.late) }),
      '% of free': Math.round(share * 100),
    },
    seconds: secondsSince(started),
  };
  const broken = brokenGuarantees(result);
  if (share < SHARE) broken.push(`${Math.round(share * 100)} % of the free drain`);
  return { ...result, broken };
}
