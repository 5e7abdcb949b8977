import { expect, test } from '@jest/globals';
import { Counter, Histogram, Registry } from 'prom-client';
import { redMetrics } from './red-metrics.ts';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const [A, B] = [
  { grpc_service: 'a.A', grpc_method: 'Get' },
  { grpc_service: 'a.A', grpc_method: 'Say "it"\n' },
];

function registry(): Registry {
  const made = new Registry();
  made.setDefaultLabels({ service: 'test' });
  return made;
}

test("a scrape reads as of prom-client's own counter and histogram", async () => {
  const ours = registry();
  const by = 'by gRPC code';
  const labels = ['grpc_service', 'grpc_method'];
  const open = redMetrics(ours, { prefix: 'grpc_server', what: 'Calls', labels, outcome: 'grpc_code', by });
  const theirs = registry();
  const registers = [theirs];
  const handled = new Counter({
    name: 'grpc_server_handled_total',
    help: 'Calls that ended, by gRPC code.',
    labelNames: [...labels, 'grpc_code'],
    registers,
  });
  const seconds = new Histogram({
    name: 'grpc_server_handling_seconds',
    help: 'How long calls took.',
    labelNames: labels,
    buckets: BUCKETS,
    registers,
  });
  expect(await ours.metrics()).toBe(await theirs.metrics());
  const series = new Map([A, B].map((of) => [of, open(of.grpc_service, of.grpc_method)]));
  for (const [of, code, took] of [
    [A, 'OK', 0.001],
    [A, 'OK', 0.0011],
    [B, 'NOT_FOUND', 10],
    [A, 'INTERNAL', 11],
    [B, 'OK', 0],
  ] as const) {
    series.get(of)?.ended(code, took);
    handled.inc({ ...of, grpc_code: code });
    seconds.observe(of, took);
  }
  series.get(B)?.refused('RESOURCE_EXHAUSTED');
  handled.inc({ ...B, grpc_code: 'RESOURCE_EXHAUSTED' });
  expect(lines(await ours.metrics())).toEqual(lines(await theirs.metrics()));
});

/** The order of series and of labels has no meaning. */
function lines(text: string): string[] {
  const sorted = (labels: string) =>
    labels
      .slice(1, -1)
      .split(/,(?=\w+=")/)
      .toSorted()
      .join();
  return text
    .split('\n')
    .map((line) => line.replace(/\{.*\}/, sorted))
    .toSorted();
}
