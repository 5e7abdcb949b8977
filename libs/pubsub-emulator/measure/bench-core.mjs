// 48 hours of virtual time with a million messages through the core: npm run bench -- pubsub-core
// Fails when it takes a minute or more, or when anything is left behind.
import { create, toBinary } from '@bufbuild/protobuf';
import { PubsubMessageSchema, SubscriptionSchema, TopicSchema } from '@kiban/contracts/google/pubsub/v1';
import { acknowledge, modifyDeadline, take } from '../src/core/acknowledging.ts';
import { Consumer } from '../src/core/consumer.ts';
import { Core } from '../src/core/core.ts';
import { Housekeeping } from '../src/core/housekeeping.ts';
import { scanMessage } from '../src/core/message-codec.ts';
import { publish } from '../src/core/publishing.ts';
import { createSubscription, getSubscription } from '../src/core/subscriptions.ts';
import { createTopic, getTopic } from '../src/core/topics.ts';
import { progress, random, readFlags, table, writeResult } from './command.mjs';

const USAGE = `usage: npm run bench -- pubsub-core [--hours 48] [--messages 1000000] [--seed N] [--json] [--write]
  runs hours of virtual time through the core of the embedded Pub/Sub; exits 1 when it takes a minute or leaves something`;
const flags = readFlags(USAGE, { hours: 48, messages: 1_000_000, seed: 1 });
const next = random(flags.seed);
const BATCH = 100;
const TOPIC = 'projects/bench/topics/topic';
let now = 1_800_000_000_000;
const core = new Core({ epoch: 'a' });
new Housekeeping(core, now);
createTopic(core, create(TopicSchema, { name: TOPIC }));
const subscriptions = [false, true].map((enableMessageOrdering) => {
  const name = `projects/bench/subscriptions/${enableMessageOrdering ? 'ordered' : 'plain'}`;
  createSubscription(core, create(SubscriptionSchema, { name, topic: TOPIC, enableMessageOrdering }), now);
  return getSubscription(core, name);
});
const consumers = subscriptions.map(() => new Consumer({ ackDeadlineMs: 10_000 }));
const topic = getTopic(core, TOPIC);
const raws = Array.from({ length: 50 }, (_, key) => {
  const bytes = toBinary(
    PubsubMessageSchema,
    create(PubsubMessageSchema, { data: Buffer.alloc(50), orderingKey: `k${key}` }),
  );
  return scanMessage(bytes, 0, bytes.length, 0);
});
const batches = Math.ceil(flags.messages / BATCH);
const step = (flags.hours * 3_600_000) / batches;
const heap = () => {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().heapUsed / 1024 / 1024);
};
const count = { delivered: 0, acked: 0, nacked: 0, expired: 0 };

/** Of what is delivered, most is acknowledged, some is nacked, some is forgotten and expires. */
function consume(share) {
  for (const [i, subscription] of subscriptions.entries()) {
    for (;;) {
      const deliveries = take(subscription, consumers[i], now, 1000);
      if (deliveries.length === 0) break;
      count.delivered += deliveries.length;
      const acks = [];
      const nacks = [];
      for (const { ackId } of deliveries) {
        const dice = next();
        if (dice < share) acks.push(ackId);
        else if (dice < share + (1 - share) / 2) nacks.push(ackId);
        else count.expired++;
      }
      if (acks.length > 0) count.acked += acknowledge(subscription, acks).done.length;
      if (nacks.length > 0) count.nacked += modifyDeadline(subscription, nacks, 0, now).done.length;
      if (nacks.length > 0) break;
    }
  }
}

const started = performance.now();
const heaps = [];
for (let i = 0; i < batches; i++) {
  const raw = raws[i % raws.length];
  core.release(
    topic,
    publish(
      core,
      topic,
      Array.from({ length: BATCH }, () => raw),
      now,
    ).visibility,
    now,
  );
  core.advance(now);
  consume(0.9);
  now += step;
  core.advance(now);
  if ((i + 1) % Math.ceil(batches / 4) === 0) {
    heaps.push(heap());
    progress(`${Math.round((100 * (i + 1)) / batches)} %, heap ${heaps.at(-1)} MB`);
  }
}
for (let i = 0; i < 100 && subscriptions.some(({ backlog }) => backlog.entries.size > 0); i++) {
  now += 11_000;
  core.advance(now);
  consume(1);
}
const seconds = (performance.now() - started) / 1000;
const left = subscriptions.reduce(
  (sum, { backlog }) => sum + backlog.entries.size + backlog.leases.size + backlog.queued,
  0,
);

const { row, markdown } = table(flags.json);
row('virtual hours', flags.hours);
row('messages, each to 2 subscriptions (one ordered, 50 keys)', flags.messages);
row('deliveries', count.delivered);
row('acknowledged', count.acked);
row('nacked', count.nacked);
row('left to expire', count.expired);
row('seconds', seconds.toFixed(1), '< 60');
row('heap at each quarter (MB)', heaps.join(', '), 'does not grow');
row('left in backlogs, leases and queues', left, 0);
row(
  'consumers still hold',
  consumers.reduce((sum, { messages }) => sum + messages, 0),
  0,
);
if (flags.write) {
  writeResult(
    'pubsub-core',
    `# Two days through the core of the embedded Pub/Sub
Written by \`npm run bench -- pubsub-core --seed ${flags.seed} --write\`: a virtual clock, no timers, no I/O.

${markdown(['what', 'measured', 'target'])}
`,
  );
}
process.exit(seconds < 60 && left === 0 && heaps.at(-1) <= heaps[0] + 16 ? 0 : 1);
