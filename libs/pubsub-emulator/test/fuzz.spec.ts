import { type DescService, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { IAMPolicy } from '@kiban/contracts/google/iam/v1';
import { Publisher, SchemaService, Subscriber } from '@kiban/contracts/google/pubsub/v1';
import { startPubSubEmulator } from '../src/index.ts';
import { randomMessage } from './random-message.ts';

/** How long to go on (ms). The long run, with streams and leaks, is `npm run fuzz -- pubsub`. */
const DURATION = 3000;
const SERVICES: DescService[] = [Publisher, Subscriber, SchemaService, IAMPolicy];
/** UNKNOWN and INTERNAL are failures of ours, unless the bytes are no message at all. */
const OURS = new Set([2, 13]);

/** mulberry32: repeatable randomness from a seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test(
  'random requests to every method get an answer that is not our fault',
  async () => {
    const emulator = await startPubSubEmulator();
    const client = new Client(emulator.host, credentials.createInsecure());
    const call = (path: string, bytes: Buffer) =>
      new Promise<ServiceError | undefined>((resolve) => {
        const options = { deadline: Date.now() + 1500 };
        client.makeUnaryRequest(
          path,
          (value: Buffer) => value,
          (value) => value,
          bytes,
          options,
          (error) => resolve(error ?? undefined),
        );
      });
    const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000);
    const next = random(seed);
    const methods = SERVICES.flatMap((service) => service.methods.filter((method) => method.methodKind === 'unary'));
    const until = Date.now() + DURATION;
    while (Date.now() < until) {
      await Promise.all(
        methods.map(async (method) => {
          const request = randomMessage(method.input, next);
          const bytes = Buffer.from(toBinary(method.input, request));
          const broken = next() < 0.1;
          if (broken) for (let i = 0; i < bytes.length; i += 7) bytes[i] = Math.floor(next() * 256);
          const error = await call(`/${method.parent.typeName}/${method.name}`, bytes);
          if (!error || broken) return;
          expect([seed, method.name, OURS.has(error.code), error.details]).toEqual([
            seed,
            method.name,
            false,
            error.details,
          ]);
          expect(error.details).not.toBe('');
        }),
      );
    }
    expect(await call('/google.pubsub.v1.Publisher/ListTopics', Buffer.from('\n\rprojects/test'))).toBeUndefined();
    client.close();
    await emulator.close();
  },
  DURATION + 20_000,
);
