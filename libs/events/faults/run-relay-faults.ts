import { setTimeout as delay } from 'node:timers/promises';
import { rmSync } from 'node:fs';
import { bundleProcess } from './bundle-process.ts';
import { startEffects } from './effects.ts';
import { FaultBroker } from './fault-broker.ts';
import { type FaultDatabase, faultDatabase } from './fault-database.ts';
import { produce } from './producers.ts';
import { type Random, seededRandom } from '../src/testing/seeded-random.ts';
import { RelayFleet, type RelayMode } from './relay-fleet.ts';
import { brokenGuarantees, type PlanResult, secondsSince } from './plan.ts';
import { startPooler } from './pooler.ts';
import { judge } from './verdict.ts';

export interface RelayFaults {
  readonly events: number;
  readonly seed: number;
  readonly relays: number;
  readonly mode: RelayMode;
  /** kill -9 of relays. */
  readonly kills: number;
  /** pg_terminate_backend of relay connections. */
  readonly backendKills: number;
  /** kill -9 of the PostgreSQL server. */
  readonly serverKills: number;
  /** SIGSTOP of a relay, milliseconds each. */
  readonly freezes: readonly number[];
  readonly refuse: number;
  readonly loseReply: number;
  readonly keys: number;
  /** Replaces outbox_publish by one without the lock per key, for the plan that must fail. */
  readonly withoutKeyLock?: boolean;
  /** Everything but the judge connects through pgbouncer in transaction mode. */
  readonly pooler?: boolean;
  readonly onProgress?: (line: string) => void;
}

/** Producers, relays, a broker with faults and a consumer with an inbox, while things are killed; then the count. */
export async function runRelayFaults(options: RelayFaults): Promise<PlanResult> {
  const started = performance.now();
  const random = seededRandom(options.seed);
  const database = await faultDatabase({ durable: options.serverKills > 0 });
  if (options.withoutKeyLock === true) await removeKeyLock(database);
  const pooler = options.pooler === true ? await startPooler(database.url) : undefined;
  const url = pooler?.url ?? database.url;
  const effects = startEffects(url);
  const broker = new FaultBroker({ ...options, random, onAccept: (message) => effects.take(message) });
  const brokerHost = await broker.listen();
  const { admin } = database;
  const program = await bundleProcess('relay-process');
  const fleet = new RelayFleet({ ...options, program, url, broker, brokerHost, admin, random });
  await fleet.ready();

  const pace = paceFor(options);
  let producing = true;
  let committed = 0;
  const produced = produce({
    url,
    random,
    events: options.events,
    keys: options.keys,
    ...(pace === undefined ? {} : { rate: pace }),
    onCommitted: (count) => (committed += count),
  }).finally(() => (producing = false));
  const status = setInterval(() => {
    const { kills, backendKills } = fleet;
    options.onProgress?.(
      `committed ${committed}, accepted ${broker.log.length}, kills ${kills}, backend kills ${backendKills}`,
    );
  }, 5_000);
  const serverKills = await injectFaults(options, database, fleet, random, () => producing);
  const { rolledBack } = await produced;
  const left = await drained(database, options.mode, broker);
  await fleet.stop();
  rmSync(program);
  while (effects.size > 0) await delay(20);
  clearInterval(status);
  const verdict = await judge(admin, broker.log);
  await effects.close();
  broker.close();
  await database.close();
  await pooler?.stop();
  const result = {
    ...verdict,
    // What is still in the outbox never reached anybody.
    lost: Math.max(verdict.lost, left),
    seed: options.seed,
    injected: {
      'kill -9 of relays': fleet.kills,
      'cut connections': fleet.backendKills,
      'kill -9 of PostgreSQL': serverKills,
      'frozen relays': options.freezes.length,
      'broker errors': broker.refused,
      'lost replies': broker.lostReplies,
      'rolled back events': rolledBack,
    },
    duplicateBound: fleet.exposed + broker.lostReplyMessages,
    seconds: secondsSince(started),
  };
  return { ...result, broken: brokenGuarantees(result) };
}

/** Spreads the events over the time the faults take, so that every kill hits a relay at work. */
function paceFor(options: RelayFaults): number | undefined {
  const seconds =
    options.kills * 0.3 + options.serverKills * 3 + options.freezes.reduce((sum, ms) => sum + ms / 1000, 0);
  return seconds === 0 ? undefined : Math.max(50, options.events / seconds);
}

async function injectFaults(
  options: RelayFaults,
  database: FaultDatabase,
  fleet: RelayFleet,
  random: Random,
  producing: () => boolean,
): Promise<number> {
  let serverKills = 0;
  for (const milliseconds of options.freezes) await fleet.freeze(milliseconds);
  while (
    fleet.kills < options.kills ||
    fleet.backendKills < options.backendKills ||
    serverKills < options.serverKills
  ) {
    if (!producing() && fleet.kills >= options.kills && serverKills >= options.serverKills) break;
    await delay(random() * 60);
    if (fleet.kills < options.kills) await fleet.kill();
    const due = options.kills === 0 ? 1 : fleet.kills / options.kills;
    if (fleet.backendKills < options.backendKills * due) await fleet.killBackend();
    if (serverKills < options.serverKills) {
      await delay(500 + random() * 1_500);
      await fleet.crashServer(() => database.crash());
      serverKills++;
    }
  }
  return serverKills;
}

async function drained(database: FaultDatabase, mode: RelayMode, broker: FaultBroker): Promise<number> {
  const remaining =
    mode === 'cursor'
      ? 'SELECT count(*)::int AS n FROM outbox, naive_cursor c WHERE outbox.id > c.id'
      : 'SELECT count(*)::int AS n FROM outbox';
  let fewest = Number.POSITIVE_INFINITY;
  let giveUpAt = Date.now() + 60_000;
  for (;;) {
    const left = await database.admin
      .query<{ n: number }>(remaining)
      .then(({ rows }) => rows[0]?.n ?? 0)
      .catch(() => fewest);
    // A slow machine is no loss; a relay that stands still is.
    if (left < fewest) {
      fewest = left;
      giveUpAt = Date.now() + 60_000;
    }
    if (left === 0 || Date.now() > giveUpAt) {
      // Duplicates of the last batches may still be on their way.
      for (let before = -1; before !== broker.log.length; await delay(200)) before = broker.log.length;
      return left;
    }
    await delay(100);
  }
}

async function removeKeyLock({ admin }: FaultDatabase): Promise<void> {
  const { rows } = await admin.query<{ text: string }>("SELECT pg_get_functiondef('outbox_publish'::regproc) AS text");
  const text = rows[0]?.text ?? '';
  const without = text.replace(/PERFORM pg_advisory_xact_lock[\s\S]*?AS locks;/, '');
  if (without === text) throw new Error('outbox_publish has no lock to remove');
  await admin.query(without);
}
