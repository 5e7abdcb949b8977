import { parseArgs } from 'node:util';
import { connect } from '../api/connect.ts';
import { percentile } from '../freshness/percentile.ts';
import { type Clients, type FreshnessSample, probe } from '../freshness/probe.ts';
import { showProgress } from '../progress.ts';
import { UsageError } from '../usage-error.ts';

/** What the platform promises, milliseconds at p99. */
const PROMISE_MS = 1_000;
const MEASURES: readonly (readonly [keyof FreshnessSample, string])[] = [
  ['similar', 'article posted → in /similar of its neighbour'],
  ['search', 'article posted → found by :search'],
  ['recommendations', 'interaction posted → /recommendations differ'],
];

/** Measures over REST how soon a write shows. Answers 1 when a p99 is above one second. */
export async function freshnessCommand(args: readonly string[], stateDir: string): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tries: { type: 'string', default: '500' },
      gateway: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const tries = Number(values.tries);
  if (!Number.isInteger(tries) || tries < 1) throw new UsageError('--tries must be a whole number above 0');
  const { gateway: url } = values;
  const clients: Clients = {
    editor: (await connect({ gateway: url, stateDir, subject: 'freshness', roles: ['editor'] })).gateway,
    reader: async (user) => (await connect({ gateway: url, stateDir, subject: user, roles: [] })).gateway,
  };
  const { articles = [] } = await clients.editor.call<{ articles?: { name: string }[] }>(
    'GET',
    '/v1/articles?pageSize=100',
  );
  if (!articles.length) throw new UsageError('there are no articles to measure with: seed or import some first');

  const samples: FreshnessSample[] = [];
  const progress = showProgress({ label: 'freshness', total: tries, unit: 'tries', json: values.json });
  const run = Date.now().toString(36);
  for (let index = 0; index < tries; index++) {
    samples.push(await probe(clients, articles[index % articles.length]!.name, `fresh-${run}-${index}`));
    progress.update(index + 1);
  }
  progress.stop();
  const result = MEASURES.map(([key, what]) => {
    const times = samples.map((sample) => sample[key]);
    return { measure: key, what, p50: Math.round(percentile(times, 0.5)), p99: Math.round(percentile(times, 0.99)) };
  });
  const kept = result.every(({ p99 }) => p99 <= PROMISE_MS);
  if (values.json) console.log(JSON.stringify({ event: 'freshness', tries, kept, promiseMs: PROMISE_MS, result }));
  else for (const { what, p50, p99 } of result) console.log(`${what.padEnd(46)} p50 ${p50} ms  p99 ${p99} ms`);
  if (!kept && !values.json) console.log(`slower than the ${PROMISE_MS} ms that are promised`);
  return kept ? 0 : 1;
}
