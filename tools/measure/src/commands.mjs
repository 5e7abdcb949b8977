/**
 * Every command that measures or proves, by verb and subject: the file that Node runs, from the root of the checkout.
 * Each file takes `--json` (one JSON object per line on stdout), and `--seed` where chance plays a part, and exits
 * non-zero when what it proves does not hold.
 */
export const commands = {
  bench: {
    grpc: 'libs/grpc/bench/main.ts',
    outbox: 'libs/events/bench/main.ts',
    pubsub: 'libs/pubsub-emulator/measure/bench.mjs',
    'pubsub-core': 'libs/pubsub-emulator/measure/bench-core.mjs',
    gateway: 'libs/transcoding/bench/main.ts',
    auth: 'libs/auth/bench/main.ts',
    start: 'tools/local/bench/start.ts',
  },
  faults: {
    overload: 'libs/service/faults/overload.ts',
    grpc: 'libs/grpc/faults/main.ts',
    outbox: 'libs/events/faults/main.ts',
    pubsub: 'libs/pubsub-emulator/measure/faults.mjs',
  },
  fuzz: {
    pubsub: 'libs/pubsub-emulator/measure/fuzz.mjs',
    gateway: 'libs/transcoding/conformance/fuzz.ts',
  },
};
