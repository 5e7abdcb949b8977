// What the emulator does per second, client and server together on one machine: npm run bench -- pubsub [--quick]
// Writes docs/results/pubsub-bench.md. Needs a built checkout.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { PubSub, v1 } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';

process.env.METADATA_SERVER_DETECTION = 'none';
const quick = process.argv.includes('--quick');
const root = join(import.meta.dirname, '../..');
const child = spawn(
  process.execPath,
  [join(root, 'apps/pubsub-emulator/dist/main.js'), '--port', '0', '--admin-port', '0', '--memory'],
  { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
);
const { grpc } = await new Promise((resolve) => child.once('message', resolve));
const rss = () =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
const load = loadavg()[0];
/** CPU time of the emulator so far (s), in clock ticks of 10 ms. */
const cpu = () => {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const perMessage = (seconds, count) => `${((seconds * 1e6) / count).toFixed(1)} µs`;
const client = new PubSub({ projectId: 'bench', apiEndpoint: grpc, emulatorMode: true });
const [servicePath, port] = grpc.split(':');
const low = new v1.PublisherClient({
  servicePath,
  port: Number(port),
  sslCreds: credentials.createInsecure(),
  projectId: 'bench',
});
const rows = [];
const row = (what, value, target = '') => {
  rows.push(`| ${what} | ${value} | ${target} |`);
  console.log(`${what}: ${value} ${target && `(target ${target})`}`);
};
const data = Buffer.alloc(200, 120);
row('RSS idle (MB)', rss(), '< 100');

/** Publishes with the client's batching and waits for all ids. */
async function publishAll(topic, count) {
  topic.setPublishOptions({ batching: { maxMessages: 1000, maxMilliseconds: 5, maxBytes: 5_000_000 } });
  for (let sent = 0; sent < count; sent += 20_000) {
    await Promise.all(Array.from({ length: Math.min(20_000, count - sent) }, () => topic.publishMessage({ data })));
  }
}

{
  const [topic] = await client.createTopic('publish');
  const count = quick ? 40_000 : 100_000;
  await publishAll(topic, 20_000);
  const started = performance.now();
  const before = cpu();
  await publishAll(topic, count);
  row('CPU of the emulator per publish', perMessage(cpu() - before, count));
  row('publish/s, client batches of 1000', Math.round((count / (performance.now() - started)) * 1000), '>= 40000');
}

{
  const [topic] = await client.createTopic('round-trip');
  const [subscription] = await topic.createSubscription('round-trip');
  subscription.setOptions({ flowControl: { maxMessages: 10_000 } });
  const count = quick ? 40_000 : 100_000;
  let received = 0;
  const { promise, resolve } = Promise.withResolvers();
  subscription.on('message', (message) => {
    message.ack();
    if (++received === count) resolve();
  });
  const started = performance.now();
  const before = cpu();
  await publishAll(topic, count);
  await promise;
  row('CPU of the emulator per round trip', perMessage(cpu() - before, count));
  row('round trips/s, maxMessages 10000', Math.round((count / (performance.now() - started)) * 1000), '>= 25000');
  await subscription.close();
}

{
  const [topic] = await client.createTopic('latency');
  const [subscription] = await topic.createSubscription('latency');
  topic.setPublishOptions({ batching: { maxMessages: 1 } });
  const times = [];
  let wake = () => {};
  subscription.on('message', (message) => {
    times.push(performance.now() - Number(message.data.toString()));
    message.ack();
    wake();
  });
  for (let i = 0; i < (quick ? 200 : 500); i++) {
    const arrived = new Promise((resolve) => {
      wake = resolve;
    });
    await topic.publishMessage({ data: Buffer.from(String(performance.now())) });
    await arrived;
  }
  const sorted = times.slice(20).sort((a, b) => a - b);
  row('publish to delivery p50 (ms)', sorted[Math.floor(sorted.length * 0.5)].toFixed(1));
  row('publish to delivery p99 (ms)', sorted[Math.floor(sorted.length * 0.99)].toFixed(1), '< 15, with the 5 ms');
  await subscription.close();
}

{
  const [topic] = await client.createTopic('backlog');
  await topic.createSubscription('backlog');
  const messages = Array.from({ length: 1000 }, () => ({ data }));
  const fill = async (count) => {
    for (let i = 0; i < count / 1000; i++) await low.publish({ topic: topic.name, messages });
  };
  await fill(100_000);
  row('RSS at a backlog of 100k of 200 B (MB)', rss(), '< 300');
  if (!quick) {
    const started = performance.now();
    await fill(900_000);
    row(
      'publish/s, low-level client, while filling to 1M',
      Math.round((900_000 / (performance.now() - started)) * 1000),
    );
    row('RSS at a backlog of 1M of 200 B (MB)', rss());
  }
}
await Promise.all([client.close(), low.close()]);
child.kill('SIGTERM');
if (!quick) {
  mkdirSync(join(root, 'docs/results'), { recursive: true });
  writeFileSync(
    join(root, 'docs/results/pubsub-bench.md'),
    `# The embedded Pub/Sub: speed and memory
Written by \`npm run bench -- pubsub\`: official client and emulator (in memory), two processes on ${cpus().length} cores, Node ${process.versions.node}.
Load average of the machine before the run: ${load.toFixed(1)}; with other work on it the rates say little, the CPU per message still does.

| what | measured | target |
|---|---|---|
${rows.join('\n')}
`,
  );
}
process.exit(0);
