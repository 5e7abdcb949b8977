import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createPublisher } from '@kiban/pubsub';
import { createRelay } from '../src/relay/relay.ts';
import { bundledEnvironment, bundleProcess } from './bundle-process.ts';
import { startBus, type Unacknowledged } from './bus.ts';
import { faultDatabase } from './fault-database.ts';
import { SUBSCRIPTION } from './effects.ts';
import { brokenGuarantees, type PlanOptions, type PlanResult, secondsSince } from './plan.ts';
import { produce } from './producers.ts';
import { seededRandom } from '../src/testing/seeded-random.ts';
import { effectsOf, judgeEffects } from './verdict.ts';

const CONSUMERS = 3;
/** What a consumer sent before it was frozen has arrived by then, and a commit on its way is through, ms. */
const TAKEN_MS = 30;
/** The others have acknowledged by then what they had handled at a kill, ms: the client collects for 100. */
const OTHERS_ACKNOWLEDGE_MS = 300;

interface Member {
  readonly child: ChildProcess;
  /** Settles with the first message that it has handled, or with its end. */
  readonly working: Promise<void>;
}

/**
 * Consumers are killed while they work, between effect and acknowledgement as well. Through the real relay, Pub/Sub and
 * Google's client: whatever a dead consumer held comes back after its acknowledgement deadline.
 */
export async function runConsumerFaults(options: PlanOptions): Promise<PlanResult> {
  const { events = 20_000, kills = 500, seed } = options;
  const started = performance.now();
  const random = seededRandom(seed);
  const database = await faultDatabase({ durable: false });
  const bus = await startBus({
    topics: { interaction: {} },
    subscriptions: { [SUBSCRIPTION]: { topic: 'interaction', ackDeadlineSeconds: 10 } },
  });
  const publisher = createPublisher({ emulatorHost: bus.host });
  const relay = createRelay({ databases: [{ name: 'faults', url: database.url }], publisher });
  const program = await bundleProcess('consumer-process');
  const start = (): Member => {
    const child = fork(program, [database.url, bus.host, SUBSCRIPTION], {
      execArgv: [],
      env: bundledEnvironment({ METADATA_SERVER_DETECTION: 'none' }),
    });
    const working = new Promise<void>((resolve) => {
      child.on('message', (what) => what === 'handled' && resolve());
      child.once('exit', () => resolve());
    });
    return { child, working };
  };
  const members = Array.from({ length: CONSUMERS }, start);
  let killed = 0;
  let committed = 0;
  let producing = true;
  const produced = produce({
    url: database.url,
    events,
    random,
    keys: 50,
    connections: 4,
    // About as long as the kills take; whichever ends first, nothing is killed while it idles.
    rate: Math.max(20, events / (kills * 0.8)),
    enough: () => killed >= kills,
    onCommitted: (count) => (committed += count),
  }).finally(() => (producing = false));
  const effects = async () =>
    (await database.admin.query<{ n: number }>('SELECT count(*)::int AS n FROM effect')).rows[0]?.n ?? 0;
  const status = setInterval(() => {
    void effects().then((n) => options.onProgress?.(`committed ${committed}, effects ${n}, kills ${killed}`));
  }, 5_000);
  /** Deliveries whose effect happened and that nobody acknowledges any more: each leads to one more, whatever is killed meanwhile. */
  const inVain = new Set<string>();
  const handledInVain = async (held: readonly Unacknowledged[]): Promise<void> => {
    await delay(OTHERS_ACKNOWLEDGE_MS);
    const left = new Set((await bus.unacknowledged(SUBSCRIPTION)).map(({ id }) => id));
    const done = new Set(
      await effectsOf(
        database.admin,
        held.map(({ id }) => id),
      ),
    );
    for (const { id, deliveries } of held) if (left.has(id) && done.has(id)) inVain.add(`${id} ${deliveries}`);
  };
  const exposed: Promise<void>[] = [];
  while (killed < kills) {
    const [member] = members.splice(0, 1) as [Member];
    // Without new events only what earlier kills left comes back.
    await Promise.race([member.working, delay(producing ? 10_000 : 500)]);
    await delay(random() * 200);
    // Frozen first, so that what it had handled and not acknowledged can be counted.
    member.child.kill('SIGSTOP');
    await delay(TAKEN_MS);
    const held = (await bus.unacknowledged(SUBSCRIPTION)).filter(({ leased }) => leased);
    member.child.kill('SIGKILL');
    killed++;
    exposed.push(handledInVain(held));
    members.push(start());
  }
  const { rolledBack } = await produced;
  const giveUpAt = Date.now() + 180_000;
  const total = (await database.admin.query('SELECT 1 FROM truth')).rows.length;
  while ((await effects()) < total && Date.now() < giveUpAt) await delay(200);
  clearInterval(status);
  for (const { child } of members) child.kill('SIGKILL');
  await relay.stop();
  await publisher.close();
  await Promise.all(exposed);
  const verdict = await judgeEffects(database.admin);
  await bus.close();
  await database.close();
  rmSync(program);
  const injected = { 'kill -9 of consumers': killed, 'rolled back events': rolledBack };
  const result = { ...verdict, duplicateBound: inVain.size, seed, injected, seconds: secondsSince(started) };
  return { ...result, broken: brokenGuarantees(result) };
}
