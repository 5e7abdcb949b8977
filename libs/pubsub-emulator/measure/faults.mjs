// kill -9 in mid-traffic, restart on the same state, again and again: npm run faults -- pubsub
// Counts what must be zero: acknowledged publishes that are gone, and acknowledged messages that come back
// (exactly-once subscription). The log is kept small, so that many kills fall into a rewrite of it.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { progress, random, readFlags, table, writeResult } from './command.mjs';
import { startEmulator } from './emulator-process.mjs';

const USAGE = `usage: npm run faults -- pubsub [--rounds 100] [--seed N] [--json] [--write]
  kills the embedded Pub/Sub with SIGKILL in mid-traffic, --rounds times; exits 1 when anything was lost or came back`;
const flags = readFlags(USAGE, { rounds: 100, seed: Date.now() % 1_000_000 });
const next = random(flags.seed);
const state = mkdtempSync(join(tmpdir(), 'pubsub-faults-'));
const topic = 'projects/test/topics/orders';
const subscription = 'projects/test/subscriptions/billing';
const PADDING = Buffer.alloc(2000, 'x');
const ONCE = { retry: null, timeout: 5000 };

/** Names of messages whose publish was answered, and of those whose acknowledgement was. */
const published = new Set();
const acked = new Set();
/** Acknowledged without an answer: the process died in between, so both outcomes are right. */
const unanswered = new Set();
let returned = 0;
let duringRewrite = 0;
let count = 0;

const start = async () => {
  const emulator = await startEmulator('--state', state, '--rewrite-from', '200000');
  return { emulator, publisher: emulator.publisher(), subscriber: emulator.subscriber() };
};
const nameOf = ({ message }) => message.data.subarray(0, message.data.indexOf(0)).toString();
const body = (name) => ({ data: Buffer.concat([Buffer.from(`${name}\0`), PADDING]) });

async function publishSome(publisher) {
  for (;;) {
    const names = Array.from({ length: 20 }, () => String(count++));
    await publisher.publish({ topic, messages: names.map(body) }, ONCE);
    for (const name of names) published.add(name);
  }
}

async function consumeSome(subscriber) {
  for (;;) {
    const [{ receivedMessages }] = await subscriber.pull({ subscription, maxMessages: 50 }, ONCE);
    const names = receivedMessages.map(nameOf);
    for (const name of names) if (acked.has(name)) returned++;
    for (const name of names) unanswered.add(name);
    if (names.length === 0) continue;
    await subscriber.acknowledge({ subscription, ackIds: receivedMessages.map(({ ackId }) => ackId) }, ONCE);
    for (const name of names) {
      unanswered.delete(name);
      acked.add(name);
    }
  }
}

for (let round = 1; round <= flags.rounds; round++) {
  const { emulator, publisher, subscriber } = await start();
  if (round === 1) {
    await publisher.createTopic({ name: topic });
    await subscriber.createSubscription({ name: subscription, topic, enableExactlyOnceDelivery: true });
  }
  const traffic = Promise.allSettled([
    publishSome(publisher),
    publishSome(publisher),
    consumeSome(subscriber),
    consumeSome(subscriber),
  ]);
  await sleep(100 + next() * 500);
  emulator.child.kill('SIGKILL');
  await emulator.exited;
  if (existsSync(join(state, 'pubsub.log.new'))) duringRewrite++;
  await Promise.race([traffic, sleep(6000, undefined, { ref: false })]);
  await Promise.all([publisher.close(), subscriber.close()]);
  if (round % 10 === 0) progress(`${round} of ${flags.rounds} kills, ${published.size} published, ${acked.size} acked`);
}

// Everything published and not acknowledged must still be there.
const { emulator, publisher, subscriber } = await start();
const left = new Set();
for (let empty = 0; empty < 2; ) {
  const request = { subscription, maxMessages: 1000, returnImmediately: true };
  const [{ receivedMessages }] = await subscriber.pull(request, ONCE);
  if (receivedMessages.length === 0) {
    empty++;
    continue;
  }
  for (const name of receivedMessages.map(nameOf)) {
    left.add(name);
    if (acked.has(name)) returned++;
  }
  await subscriber.acknowledge({ subscription, ackIds: receivedMessages.map(({ ackId }) => ackId) }, ONCE);
}
const lost = [...published].filter((name) => !acked.has(name) && !unanswered.has(name) && !left.has(name)).length;
await Promise.all([publisher.close(), subscriber.close()]);
await emulator.stop();
rmSync(state, { recursive: true, force: true });

const { row, markdown } = table(flags.json);
row('kills', flags.rounds);
row('of them while the log was being rewritten', duringRewrite);
row('messages whose publish was answered', published.size);
row('messages whose acknowledgement was answered', acked.size);
row('acknowledgements cut off by a kill, so either outcome is right', unanswered.size);
row('messages found at the end', left.size);
row('acknowledged publishes lost', lost, 0);
row('acknowledged messages delivered again', returned, 0);
if (flags.write) {
  writeResult(
    'pubsub-faults',
    `# The embedded Pub/Sub killed in mid-traffic
Written by \`npm run faults -- pubsub --rounds ${flags.rounds} --seed ${flags.seed} --write\`: kill -9 while two publishers and two
consumers of an exactly-once subscription work, then a restart on the same state.

${markdown(['what', 'count', 'allowed'])}
`,
  );
}
process.exit(returned === 0 && lost === 0 ? 0 : 1);
