import { createRelay } from '../src/relay/relay.ts';
import { faultDatabase } from './fault-database.ts';
import { fill, OrderedPublisher } from './ordered-publisher.ts';
import { brokenGuarantees, type PlanOptions, type PlanResult, secondsSince } from './plan.ts';

/** A share of the free drain that must remain. */
const SHARE = 0.5;

/**
 * A transaction stays open for `seconds` with a snapshot and an id: no row deleted meanwhile can be cleared away. The relay
 * drains batch after batch; the slowest one counts, against batches with nothing open before and after.
 */
export async function runHeldTransaction(options: PlanOptions): Promise<PlanResult> {
  const { seed, events = 50_000, seconds = 60 } = options;
  const started = performance.now();
  const database = await faultDatabase({ durable: true });
  const publisher = new OrderedPublisher();
  let filled = 0;
  // One relay for all batches, as in production: it remembers where to begin, and forgets it every 60 s.
  const relay = createRelay({ databases: [{ name: 'faults', url: database.url }], publisher });
  const drain = async (): Promise<number> => {
    await fill(database.admin, events, filled, false);
    filled += events;
    const begun = performance.now();
    while (publisher.published < filled) await new Promise((resolve) => setTimeout(resolve, 5));
    return (events / (performance.now() - begun)) * 1000;
  };
  await drain(); // warm
  const free = [await drain(), await drain()];
  const holder = await database.admin.connect();
  await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_current_xact_id(), count(*) FROM truth');
  const opened = performance.now();
  const held: number[] = [];
  while (performance.now() - opened < seconds * 1000) {
    held.push(await drain());
    options.onProgress?.(`${secondsSince(opened)} s open, ${Math.round(held.at(-1) ?? 0)} ev/s`);
  }
  await holder.query('COMMIT');
  holder.release();
  free.push(await drain(), await drain());
  await relay.stop();
  const left = (await database.admin.query('SELECT 1 FROM outbox')).rows.length;
  await database.close();

  const middle = (rates: readonly number[]) => rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 2)] ?? 0;
  // The last third carries the most dead rows.
  const late = middle(held.slice(Math.floor((held.length * 2) / 3)));
  const share = late / middle(free);
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
      'ev/s free': Math.round(middle(free)),
      'ev/s in the last third': Math.round(late),
      '% of free': Math.round(share * 100),
    },
    seconds: secondsSince(started),
  };
  const broken = brokenGuarantees(result);
  if (share < SHARE) broken.push(`${Math.round(share * 100)} % of the free drain`);
  return { ...result, broken };
}
