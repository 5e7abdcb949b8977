import { PubSubError, type OutgoingMessage, type Publisher } from '@kiban/pubsub';

export interface AcceptedMessage extends OutgoingMessage {
  readonly topic: string;
}

/** What to do with a publish request: take it, refuse it with a gRPC code, or take it and lose the reply. */
export type Verdict = 'accept' | 'lose-reply' | { readonly refuse: number; readonly message?: string };

export interface MemoryBroker extends Publisher {
  /** Everything accepted, in order of acceptance. */
  readonly accepted: AcceptedMessage[];
  /** Decides every request until replaced. Default: accept. */
  judge: (topic: string, messages: readonly OutgoingMessage[]) => Verdict | Promise<Verdict>;
}

const UNAVAILABLE = 14;

/** A publisher in memory for tests, with faults. */
export function memoryBroker(): MemoryBroker {
  const broker: MemoryBroker = {
    accepted: [],
    judge: () => 'accept',
    async publish(topic, messages) {
      const verdict = await broker.judge(topic, messages);
      if (typeof verdict === 'object') throw new PubSubError(verdict.refuse, verdict.message ?? 'refused by the test');
      for (const message of messages) broker.accepted.push({ ...message, topic });
      if (verdict === 'lose-reply') throw new PubSubError(UNAVAILABLE, 'the reply was lost');
      return messages.map((_, index) => String(broker.accepted.length - messages.length + index));
    },
    close: () => Promise.resolve(),
  };
  return broker;
}
