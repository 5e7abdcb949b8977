import { create, toBinary } from '@bufbuild/protobuf';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { serviceDefinition } from '@kiban/grpc';
import { ListTrendingResponseSchema, RecommendationService } from '@kiban/contracts/kiban/recommendation/v1';
import { reply } from './reply.ts';
import { stockDefinition } from './stock-definition.ts';

const ROUNDS = 40;
const TIMES = 2000;

/** CPU of making the bench's answer and its bytes by each codec, µs; the best of many rounds in turns. */
export function measureCodecs(): Record<string, number> {
  const stock = stockDefinition(RecommendationService)[RecommendationService.typeName] as ServiceDefinition;
  const ours = serviceDefinition(RecommendationService);
  const codecs: Record<string, () => unknown> = {
    'proto-loader (protobufjs)': () => stock['ListTrending']?.responseSerialize(reply()),
    'protobuf-es': () => toBinary(ListTrendingResponseSchema, create(ListTrendingResponseSchema, reply())),
    ours: () => ours['ListTrending']?.responseSerialize(reply()),
  };
  const best = new Map(Object.keys(codecs).map((name) => [name, Infinity]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, encode] of Object.entries(codecs)) {
      const before = process.cpuUsage();
      for (let i = 0; i < TIMES; i++) encode();
      const { user, system } = process.cpuUsage(before);
      best.set(name, Math.min(best.get(name)!, (user + system) / TIMES));
    }
  }
  return Object.fromEntries([...best].map(([name, micros]) => [name, Number(micros.toFixed(1))]));
}
