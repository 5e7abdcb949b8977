import { type MemoryBroker, memoryBroker } from './memory-broker.ts';
import { seededRandom } from './seeded-random.ts';

const UNAVAILABLE = 14;

export interface FaultBrokerOptions {
  /** Share of requests refused without being taken, 0 to 1. Default 0.1. */
  readonly refuse?: number;
  /** Share of requests that are taken although their reply is lost, 0 to 1. Default 0.1. */
  readonly loseReply?: number;
  /** The same seed makes the same faults. Default 1. */
  readonly seed?: number;
}

/** A publisher in memory that fails as Pub/Sub does: what follows from events must survive refusals and repetitions. */
export function faultBroker(options: FaultBrokerOptions = {}): MemoryBroker {
  const { refuse = 0.1, loseReply = 0.1, seed = 1 } = options;
  const random = seededRandom(seed);
  const broker = memoryBroker();
  broker.judge = () => {
    if (random() < refuse) return { refuse: UNAVAILABLE };
    return random() < loseReply ? 'lose-reply' : 'accept';
  };
  return broker;
}
