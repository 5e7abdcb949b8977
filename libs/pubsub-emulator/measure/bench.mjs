// What the emulator does per second, client and server together on one machine: npm run bench -- pubsub
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { progress, readFlags, table, writeResult } from './command.mjs';
import { startEmulator } from './emulator-process.mjs';

const USAGE = `usage: npm run bench -- pubsub [--quick] [--json] [--write]
  measures the embedded Pub/Sub with the official client, in memory and with a state folder; --quick: a tenth of it,
  no table. Rates are of warm processes: the client alone doubles its own in the first 20,000 messages.`;
const flags = readFlags(USAGE, {}, ['quick']);
const load = loadavg()[0];
const { row, markdown } = table(flags.json);
const data = Buffer.alloc(200, 120);
const COUNT = flags.quick ? 20_000 : 100_000;
const WARM_UP = 20_000;
/** Messages on their way at once: more only fills the client's memory with promises. */
const WINDOW = 5000;
const missed = [];
const perSecond = (count, started) => Math.round((count / (performance.now() - started)) * 1000);
const micros = (seconds, count) => `${((seconds * 1e6) / count).toFixed(1)} µs`;

function rate(what, value, least) {
  row(what, value, least ? `>= ${least}` : '');
  if (least && value < least) missed.push(what);
}

function limit(what, value, most, note = '') {
  row(what, value, most ? `< ${most}${note}` : '');
  if (most && value >= most) missed.push(what);
}

/** Publishes with the client's batching and waits for all ids. */
async function publishAll(topic, count) {
  topic.setPublishOptions({ batching: { maxMessages: 1000, maxMilliseconds: 5, maxBytes: 5_000_000 } });
  for (let sent = 0; sent < count; sent += WINDOW) {
    const size = Math.min(WINDOW, count - sent);
    await Promise.all(Array.from({ length: size }, () => topic.publishMessage({ data })));
  }
}

async function publishRate(emulator, client, mode, least) {
  const [topic] = await client.createTopic(`publish-${mode.length}`);
  await topic.createSubscription(`publish-${mode.length}`);
  await publishAll(topic, WARM_UP);
  const [started, before] = [performance.now(), emulator.cpu()];
  await publishAll(topic, COUNT);
  rate(`publish/s${mode}, client batches of 1000`, perSecond(COUNT, started), least);
  row(`CPU of the emulator per publish${mode}`, micros(emulator.cpu() - before, COUNT));
}

/** Publish, deliver and acknowledge at the same time, in one client process. */
async function roundTrips(emulator, client, mode, least) {
  const [topic] = await client.createTopic(`round-${mode.length}`);
  const [subscription] = await topic.createSubscription(`round-${mode.length}`);
  subscription.setOptions({ flowControl: { maxMessages: 10_000 } });
  let received = 0;
  let goal = 0;
  let reached = () => {};
  subscription.on('message', (message) => {
    message.ack();
    if (++received === goal) reached();
  });
  const run = async (count) => {
    goal = received + count;
    const all = new Promise((resolve) => (reached = resolve));
    await publishAll(topic, count);
    await all;
  };
  await run(WARM_UP);
  const [started, before, own] = [performance.now(), emulator.cpu(), process.cpuUsage()];
  await run(COUNT);
  const { user, system } = process.cpuUsage(own);
  rate(`round trips/s${mode}, maxMessages 10000`, perSecond(COUNT, started), least);
  row(`CPU of the emulator per round trip${mode}`, micros(emulator.cpu() - before, COUNT));
  row(`CPU of the client per round trip${mode}`, micros((user + system) / 1e6, COUNT));
  await subscription.close();
}

async function latency(client, mode, most) {
  const [topic] = await client.createTopic(`latency-${mode.length}`);
  const [subscription] = await topic.createSubscription(`latency-${mode.length}`);
  topic.setPublishOptions({ batching: { maxMessages: 1 } });
  const times = [];
  let wake = () => {};
  subscription.on('message', (message) => {
    times.push(performance.now() - Number(message.data.toString()));
    message.ack();
    wake();
  });
  for (let i = 0; i < (flags.quick ? 200 : 1000); i++) {
    const arrived = new Promise((resolve) => (wake = resolve));
    await topic.publishMessage({ data: Buffer.from(String(performance.now())) });
    await arrived;
  }
  const sorted = times.slice(20).sort((a, b) => a - b);
  const at = (share) => Number(sorted[Math.floor(sorted.length * share)].toFixed(1));
  row(`publish to delivery p50 (ms)${mode}`, at(0.5));
  limit(`publish to delivery p99 (ms)${mode}`, at(0.99), most, ', with the 5 ms');
  await subscription.close();
}

async function fill(low, topic, count) {
  const messages = Array.from({ length: 1000 }, () => ({ data }));
  for (let i = 0; i < count / 1000; i++) await low.publish({ topic, messages });
}

async function backlog(emulator, client, mode, targets) {
  const low = emulator.publisher();
  const [topic] = await client.createTopic(`backlog-${mode.length}`);
  await topic.createSubscription(`backlog-${mode.length}`);
  await fill(low, topic.name, 100_000);
  limit(`RSS at a backlog of 100k of 200 B (MB)${mode}`, emulator.rss(), targets.rss);
  if (!flags.quick) {
    const started = performance.now();
    await fill(low, topic.name, 900_000);
    rate(`publish/s${mode}, low-level client, while filling to 1M`, perSecond(900_000, started));
    row(`RSS at a backlog of 1M of 200 B (MB)${mode}`, emulator.rss());
  }
  await low.close();
}

/** How long the event loop of the emulator is held at most while a log of a full backlog is rewritten. */
async function longestWait(client, topicName, work) {
  let longest = 0;
  let done = false;
  const probe = (async () => {
    while (!done) {
      const started = performance.now();
      await client.topic(topicName).getMetadata();
      longest = Math.max(longest, performance.now() - started);
    }
  })();
  await work();
  done = true;
  await probe;
  return Math.round(longest);
}

progress('in memory');
{
  const emulator = await startEmulator('--memory');
  row('RSS idle (MB)', emulator.rss());
  const client = emulator.client();
  await publishRate(emulator, client, '', 40_000);
  await roundTrips(emulator, client, '', 25_000);
  await latency(client, '', 15);
  await client.close();
  await emulator.stop();
}
{
  const emulator = await startEmulator('--memory');
  const client = emulator.client();
  await backlog(emulator, client, '', { rss: 300 });
  await client.close();
  await emulator.stop();
}
progress('with a state folder');
const states = mkdtempSync(join(tmpdir(), 'pubsub-bench-'));
const DURABLE = ', kept on disk';
{
  const emulator = await startEmulator('--state', join(states, 'work'));
  const client = emulator.client();
  await publishRate(emulator, client, DURABLE);
  await roundTrips(emulator, client, DURABLE);
  await latency(client, DURABLE);
  await client.close();
  await emulator.stop();
}
{
  const state = join(states, 'backlog');
  const emulator = await startEmulator('--state', state);
  const client = emulator.client();
  const [quiet] = await client.createTopic('quiet');
  const wait = await longestWait(client, quiet.name, () => backlog(emulator, client, DURABLE, { rss: 300 }));
  row('longest answer to a small call while the backlog fills and the log is rewritten (ms)', wait);
  await client.close();
  await emulator.stop();
  const started = performance.now();
  const again = await startEmulator('--state', state);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  row(`restart with a backlog of ${flags.quick ? '100k' : '1M'} (s)`, seconds);
  row(`RSS after a restart with a backlog of ${flags.quick ? '100k' : '1M'} (MB)`, again.rss());
  await again.stop();
}
rmSync(states, { recursive: true });
if (flags.write) {
  writeResult(
    'pubsub-bench',
    `# The embedded Pub/Sub: speed and memory
Written by \`npm run bench -- pubsub --write\`: official client and emulator, two processes on ${cpus().length} cores, Node ${process.versions.node}.
Rates are of warm processes. Load average of the machine before and after: ${load.toFixed(1)} and ${loadavg()[0].toFixed(1)}; the run itself makes
about 2, and with more the rates and waits say little, while memory and the CPU per message still do. One client process is what limits round trips: the emulator idles
for more than half of that run.

${markdown(['what', 'measured', 'target'])}
`,
  );
}
if (missed.length > 0) progress(`missed: ${missed.join('; ')}`);
process.exit(missed.length === 0 || flags.quick ? 0 : 1);
