// A service as every other, with guard, metrics and logs: overload-service.ts <ms of waiting> <ms of computing>. Each
// ListTrending waits (as for a database), computes, and answers 20 rows, 1 KB. Tells its parent about CPU and memory.
import { setTimeout as sleep } from 'node:timers/promises';
import { GrpcService } from '@kiban/grpc';
import { RecommendationService } from '@kiban/contracts/kiban/recommendation/v1';
import { Allow, startService } from '../src/index.ts';

const [waitMs = 0, computeMs = 0] = process.argv.slice(2).map(Number);
const articles = Array.from({ length: 20 }, (_, i) => ({
  name: `articles/${i}-of-twenty-nested-items`,
  score: i,
  reason: 'because',
}));

async function listTrending() {
  await sleep(waitMs);
  const end = performance.now() + computeMs;
  while (performance.now() < end);
  return { articles, asOfSeq: 1n };
}

class Controller {}
for (const { localName } of RecommendationService.methods) {
  const value = localName === 'listTrending' ? () => listTrending() : async () => ({});
  Object.defineProperty(Controller.prototype, localName, { value, configurable: true, writable: true });
  Allow('public')(Controller.prototype, localName, Object.getOwnPropertyDescriptor(Controller.prototype, localName)!);
}
GrpcService(RecommendationService)(Controller as never);

const { grpc } = await startService(
  {
    name: 'overload',
    config: {},
    services: [RecommendationService],
    module: () => ({ module: class Root {}, controllers: [Controller] }),
  },
  {
    env: {
      GRPC_HOST: '127.0.0.1',
      GRPC_PORT: '0',
      OPS_PORT: '0',
      LOG_LEVEL: 'warn',
      AUTH_JWKS_URL: '/nobody/signs/in',
      AUTH_ISSUER: 'https://kiban.local',
      AUTH_AUDIENCE: 'kiban',
    },
  },
);
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1000, rss: process.memoryUsage().rss });
});
process.once('disconnect', () => process.exit(0));
process.send?.(grpc);
