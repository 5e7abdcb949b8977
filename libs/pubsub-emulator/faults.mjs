// kill -9 in mid-traffic, restart on the same state, again and again: npm run faults -- pubsub [rounds]
// Counts what must be zero: acknowledged publishes that are gone, and acknowledged messages that come back
// (exactly-once subscription). Needs a built checkout.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v1 } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';

process.env.METADATA_SERVER_DETECTION = 'none';
const rounds = Number(process.argv[2] ?? 100);
const main = join(import.meta.dirname, '../../apps/pubsub-emulator/dist/main.js');
const state = mkdtempSync(join(tmpdir(), 'pubsub-faults-'));
const topic = 'projects/faults/topics/orders';
const subscription = 'projects/faults/subscriptions/billing';

/** Data of messages whose publish was answered, and of those whose acknowledgement was. */
const published = new Set();
const acked = new Set();
/** Acknowledged without an answer: the process died in between, so both outcomes are right. */
const unanswered = new Set();
let lost = 0;
let returned = 0;
let next = 0;

async function start() {
  const child = spawn(process.execPath, [main, '--port', '0', '--admin-port', '0', '--state', state], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ready = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the emulator exited with ${code} before it was ready`)));
  });
  const [servicePath, port] = ready.grpc.split(':');
  const options = { servicePath, port: Number(port), sslCreds: credentials.createInsecure(), projectId: 'faults' };
  const publisher = new v1.PublisherClient(options);
  const subscriber = new v1.SubscriberClient(options);
  return { child, publisher, subscriber };
}

const ONCE = { retry: null, timeout: 5000 };

async function publishSome(publisher) {
  for (;;) {
    const names = Array.from({ length: 20 }, () => String(next++));
    await publisher.publish({ topic, messages: names.map((name) => ({ data: Buffer.from(name) })) }, ONCE);
    for (const name of names) published.add(name);
  }
}

async function consumeSome(subscriber) {
  for (;;) {
    const [{ receivedMessages }] = await subscriber.pull({ subscription, maxMessages: 30 }, ONCE);
    if (receivedMessages.length === 0) continue;
    for (const { message } of receivedMessages) if (acked.has(message.data.toString())) returned++;
    for (const { message } of receivedMessages) unanswered.add(message.data.toString());
    await subscriber.acknowledge({ subscription, ackIds: receivedMessages.map(({ ackId }) => ackId) }, ONCE);
    for (const { message } of receivedMessages) {
      unanswered.delete(message.data.toString());
      acked.add(message.data.toString());
    }
  }
}

for (let round = 1; round <= rounds; round++) {
  const { child, publisher, subscriber } = await start();
  if (round === 1) {
    await publisher.createTopic({ name: topic });
    await subscriber.createSubscription({
      name: subscription,
      topic,
      enableExactlyOnceDelivery: true,
      ackDeadlineSeconds: 10,
    });
  }
  const traffic = Promise.allSettled([publishSome(publisher), publishSome(publisher), consumeSome(subscriber)]);
  await new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * 300));
  child.kill('SIGKILL');
  await Promise.race([traffic, new Promise((resolve) => setTimeout(resolve, 6000).unref())]);
  await Promise.all([publisher.close(), subscriber.close()]);
}

// Everything published and not acknowledged must still be there.
const { child, publisher, subscriber } = await start();
const left = new Set();
for (let empty = 0; empty < 2; ) {
  const [{ receivedMessages }] = await subscriber.pull(
    { subscription, maxMessages: 1000, returnImmediately: true },
    ONCE,
  );
  if (receivedMessages.length === 0) empty++;
  for (const { message } of receivedMessages) {
    const name = message.data.toString();
    left.add(name);
    if (acked.has(name)) returned++;
  }
  if (receivedMessages.length > 0) {
    await subscriber.acknowledge({ subscription, ackIds: receivedMessages.map(({ ackId }) => ackId) }, ONCE);
  }
}
for (const name of published) if (!acked.has(name) && !unanswered.has(name) && !left.has(name)) lost++;
await Promise.all([publisher.close(), subscriber.close()]);
child.kill('SIGTERM');
rmSync(state, { recursive: true, force: true });
const result = {
  rounds,
  published: published.size,
  acked: acked.size,
  left: left.size,
  unanswered: unanswered.size,
  lost,
  returned,
};
console.log(JSON.stringify(result));
if (rounds >= 100) {
  const file = join(import.meta.dirname, '../../docs/results/pubsub-faults.md');
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(
    file,
    `# The embedded Pub/Sub killed in mid-traffic
Written by \`npm run faults -- pubsub ${rounds}\`: kill -9 while two publishers and a consumer of an exactly-once subscription
work, then a restart on the same state.

| what | count | allowed |
|---|---|---|
| kills | ${rounds} | |
| messages whose publish was answered | ${published.size} | |
| messages whose acknowledgement was answered | ${acked.size} | |
| acknowledgements cut off by a kill, so either outcome is right | ${unanswered.size} | |
| messages found at the end | ${left.size} | |
| acknowledged publishes lost | ${lost} | 0 |
| acknowledged messages delivered again | ${returned} | 0 |
`,
  );
}
process.exit(returned === 0 && lost === 0 ? 0 : 1);
