import { describe, expect, it } from '@jest/globals';
import type { Clients } from '../clients.ts';
import { ServiceError } from '@kiban/grpc';
import { Trending } from './trending.ts';

/** A recommendation service whose answers the test decides. */
function service(answer: () => Promise<string[]>) {
  let calls = 0;
  const clients = {
    recommendation: {
      listTrending: async () => {
        calls += 1;
        return { articles: (await answer()).map((name) => ({ name, score: 1, reason: '' })) };
      },
    },
  } as unknown as Clients;
  return { clients, calls: () => calls };
}

const never = new AbortController().signal;

describe('Trending', () => {
  it('asks once for callers that come together and for those right behind them', async () => {
    const { clients, calls } = service(() => Promise.resolve(['articles/1']));
    const trending = new Trending(clients);
    await Promise.all([trending.get('', never), trending.get('', never)]);
    await trending.get('', never);
    expect(calls()).toBe(1);
  });

  it('lets a caller whose time is over go without ending the answer of the others', async () => {
    const gate = Promise.withResolvers<string[]>();
    const { clients } = service(() => gate.promise);
    const trending = new Trending(clients);
    const hurried = trending.get('', AbortSignal.timeout(5));
    const patient = trending.get('', never);
    await expect(hurried).rejects.toThrow('deadline');
    gate.resolve(['articles/1']);
    expect((await patient).ranking).toHaveLength(1);
  });

  it('throws when the service is away and never answered', async () => {
    const { clients } = service(() => Promise.reject(ServiceError.unavailable('down')));
    await expect(new Trending(clients).get('', never)).rejects.toThrow('down');
  });
});
