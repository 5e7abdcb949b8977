// Random requests to every method, streams included: npm run fuzz -- pubsub
// Fails when the emulator dies, answers with a fault of its own (UNKNOWN, INTERNAL) to a request that is a message, or
// grows: after a reset its memory and its open files must be what they were after the first tenth of the time.
import { toBinary } from '@bufbuild/protobuf';
import { Client, credentials } from '@grpc/grpc-js';
import { IAMPolicy } from '@kiban/contracts/google/iam/v1';
import { Publisher, SchemaService, Subscriber } from '@kiban/contracts/google/pubsub/v1';
import { randomMessage } from '../test/random-message.ts';
import { progress, random, readFlags, table, writeResult } from './command.mjs';
import { startEmulator } from './emulator-process.mjs';

const USAGE = `usage: npm run fuzz -- pubsub [--seconds 120] [--seed N] [--json] [--write]
  sends random requests to every method of the embedded Pub/Sub; exits 1 when it crashes, leaks, or calls one INTERNAL`;
const flags = readFlags(USAGE, { seconds: 120, seed: Date.now() % 1_000_000 });
/** What memory may grow by between the first tenth and the end (MB), and files. */
const GROWTH = { rss: 64, handles: 8 };
const OURS = new Set([2, 13]);
/** Rounds between two resets: what random requests make must not pile up. */
const RESET_EVERY = 50;

const next = random(flags.seed);
const emulator = await startEmulator('--memory');
let died;
void emulator.exited.then((why) => (died = why));
const client = new Client(emulator.grpc, credentials.createInsecure());
const identity = (value) => value;
const methods = [Publisher, Subscriber, SchemaService, IAMPolicy].flatMap((service) => service.methods);
const counts = { requests: 0, streams: 0, malformed: 0 };
const codes = new Map();
const faults = [];

function note(method, error, malformed) {
  const code = error?.code ?? 0;
  codes.set(code, (codes.get(code) ?? 0) + 1);
  if (malformed || !OURS.has(code)) {
    if (code === 0 || malformed || error.details !== '') return;
  }
  faults.push(`${method.name}: ${code} ${error.details || '(no message)'}`);
}

function bytesFor(method) {
  const bytes = Buffer.from(toBinary(method.input, randomMessage(method.input, next)));
  const malformed = next() < 0.1;
  if (malformed) for (let i = 0; i < bytes.length; i += 7) bytes[i] = Math.floor(next() * 256);
  if (malformed) counts.malformed++;
  return { bytes, malformed };
}

const pathOf = (method) => `/${method.parent.typeName}/${method.name}`;

function unary(method) {
  const { bytes, malformed } = bytesFor(method);
  counts.requests++;
  return new Promise((resolve) => {
    const options = { deadline: Date.now() + 1500 };
    client.makeUnaryRequest(pathOf(method), identity, identity, bytes, options, (error) => {
      note(method, error, malformed);
      resolve();
    });
  });
}

/** A few requests on one stream, which the server may end at any of them. */
function stream(method) {
  counts.streams++;
  return new Promise((resolve) => {
    const call = client.makeBidiStreamRequest(pathOf(method), identity, identity, { deadline: Date.now() + 1500 });
    let anyMalformed = false;
    call.on('data', () => {});
    call.on('error', (error) => {
      note(method, error, anyMalformed);
      resolve();
    });
    call.on('end', resolve);
    for (let i = Math.ceil(next() * 4); i > 0; i--) {
      const { bytes, malformed } = bytesFor(method);
      anyMalformed ||= malformed;
      counts.requests++;
      call.write(bytes);
    }
    call.end();
  });
}

/** Memory and files once everything random is gone and the garbage of it was collected. */
async function settled() {
  await emulator.post('/api/reset');
  // Garbage is collected when there is something to do: a thousand small calls.
  const list = methods.find(({ name }) => name === 'ListTopics');
  for (let i = 0; i < 1000; i++) {
    await new Promise((resolve) => {
      client.makeUnaryRequest(pathOf(list), identity, identity, Buffer.from('\n\rprojects/test'), resolve);
    });
  }
  return { rss: emulator.rss(), handles: emulator.handles() };
}

/** One topic and subscription that are there, so that requests get further than NOT_FOUND. */
async function seedResources() {
  const name = 'projects/test/topics/fuzz';
  const [publisher, subscriber] = [emulator.publisher(), emulator.subscriber()];
  await publisher.createTopic({ name }).catch(() => {});
  await subscriber.createSubscription({ name: 'projects/test/subscriptions/fuzz', topic: name }).catch(() => {});
  await Promise.all([publisher.close(), subscriber.close()]);
}

const started = Date.now();
const until = started + flags.seconds * 1000;
let baseline;
let told = started;
for (let round = 0; Date.now() < until && died === undefined && faults.length < 20; round++) {
  if (round % RESET_EVERY === 0) {
    await emulator.post('/api/reset');
    await seedResources();
  }
  await Promise.all(methods.map((method) => (method.methodKind === 'unary' ? unary(method) : stream(method))));
  if (!baseline && Date.now() - started >= flags.seconds * 100) baseline = await settled();
  if (Date.now() - told > 10_000) {
    told = Date.now();
    progress(
      `${Math.round((told - started) / 1000)} of ${flags.seconds} s, ${counts.requests} requests, ${emulator.rss()} MB`,
    );
  }
}
const crashed = died !== undefined;
const end = crashed ? {} : await settled();
client.close();
if (!crashed) await emulator.stop();

const { row, markdown } = table(flags.json);
const grown = (end.rss ?? 0) - (baseline?.rss ?? 0);
const opened = (end.handles ?? 0) - (baseline?.handles ?? 0);
row('seconds', flags.seconds);
row('methods', methods.length);
row('requests', counts.requests);
row('of them with broken bytes', counts.malformed);
row('streams', counts.streams);
row(
  'answers by code',
  [...codes]
    .sort(([a], [b]) => a - b)
    .map(([code, n]) => `${code}: ${n}`)
    .join(', '),
);
row('crashes', crashed ? 1 : 0, 0);
row('faults of our own (UNKNOWN, INTERNAL, or no message)', faults.length, 0);
row('RSS after the first tenth and at the end (MB)', `${baseline?.rss} and ${end.rss}`, `grows by <= ${GROWTH.rss}`);
row(
  'open files after the first tenth and at the end',
  `${baseline?.handles} and ${end.handles}`,
  `grow by <= ${GROWTH.handles}`,
);
for (const fault of faults.slice(0, 10)) progress(fault);
if (flags.write) {
  writeResult(
    'pubsub-fuzz',
    `# The embedded Pub/Sub under random requests
Written by \`npm run fuzz -- pubsub --seconds ${flags.seconds} --seed ${flags.seed} --write\`: random values of the right types in every field,
one request in ten with broken bytes, everything reset every ${RESET_EVERY} rounds.

${markdown(['what', 'count', 'allowed'])}
`,
  );
}
process.exit(!crashed && faults.length === 0 && grown <= GROWTH.rss && opened <= GROWTH.handles ? 0 : 1);
