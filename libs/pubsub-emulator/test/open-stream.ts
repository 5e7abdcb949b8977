import type { lowLevel } from './harness.ts';

export interface Response {
  receivedMessages: { ackId: string; message: { data: Buffer; orderingKey: string } }[];
  subscriptionProperties?: { exactlyOnceDeliveryEnabled: boolean; messageOrderingEnabled: boolean } | null;
}

type Subscriber = Awaited<ReturnType<typeof lowLevel>>['subscriber'];

/** Opens a stream and collects what comes. */
export function openStream(subscriber: Subscriber, subscription: string, more: object = {}) {
  const stream = subscriber.streamingPull({});
  const responses: Response[] = [];
  const waiting: (() => void)[] = [];
  let error: { code: number } | undefined;
  const wake = (): void => waiting.splice(0).forEach((resolve) => resolve());
  stream.on('data', (response: Response) => {
    responses.push(response);
    wake();
  });
  stream.on('error', (failed: { code: number }) => {
    error = failed;
    wake();
  });
  const ended = new Promise<void>((resolve) => {
    stream.on('end', resolve);
    stream.on('error', () => resolve());
  });
  const close = async (): Promise<void> => {
    stream.end();
    await ended;
  };
  stream.write({ subscription, streamAckDeadlineSeconds: 10, protocolVersion: 1, ...more });
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { stream, responses, until, close, error: () => error };
}
