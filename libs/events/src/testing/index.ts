export { drainOutbox } from './drain-outbox.ts';
export { type EventSource, startEventSource } from './event-source.ts';
export { expectPublished } from './expect-published.ts';
export { faultBroker, type FaultBrokerOptions } from './fault-broker.ts';
export { type AcceptedMessage, type MemoryBroker, memoryBroker, type Verdict } from './memory-broker.ts';
export { publishedEvents } from './published-events.ts';
export { type Random, seededRandom } from './seeded-random.ts';
