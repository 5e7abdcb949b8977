import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { durationFromMs, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PushCancelled, PushScheduled, topology } from '@kiban/events';
import { applyTopology, createPublisher, type Publisher } from '@kiban/pubsub';
import { type RunningService, startService } from '@kiban/service';
import { testPubSub, until } from '@kiban/testing';
import { prescale } from '../src/prescale/prescale.service.ts';
import { fakeKubernetes } from './fake-kubernetes.ts';

let emulator: Awaited<ReturnType<typeof testPubSub>>;
let publisher: Publisher;
let kubernetes: Awaited<ReturnType<typeof fakeKubernetes>>;
let service: RunningService;
const bff = {
  metadata: { name: 'bff' } as { name: string; annotations?: Record<string, string> },
  spec: { minReplicas: 2, maxReplicas: 10 },
};

const start = () =>
  startService(prescale, {
    env: {
      GRPC_HOST: '127.0.0.1',
      GRPC_PORT: '0',
      OPS_PORT: '0',
      LOG_LEVEL: 'silent',
      KUBERNETES_API: kubernetes.url,
      KUBERNETES_ACCOUNT: kubernetes.account,
      PRESCALE_TARGETS: 'bff',
      PRESCALE_LEAD_MS: '0',
      PRESCALE_EVERY_MS: '20',
      PUBSUB_EMULATOR_HOST: emulator.host,
    },
  });

function publish(type: string, key: string, data: Uint8Array) {
  const attributes = { 'ce-id': randomUUID(), 'ce-type': type, 'ce-time': new Date().toISOString() };
  return publisher.publish('push', [{ orderingKey: key, data, attributes }]);
}
function announce(pushId: string, holdMs: number, trafficFactor = 3) {
  const sendTime = timestampFromMs(Date.now());
  const event = create(PushScheduled.schema, { pushId, sendTime, hold: durationFromMs(holdMs), trafficFactor });
  return publish(PushScheduled.type, pushId, toBinary(PushScheduled.schema, event));
}
const minReplicas = (count: number) =>
  until(() => bff.spec.minReplicas === count, { timeoutMs: 20_000, message: `minReplicas to be ${count}` });

beforeAll(async () => {
  emulator = await testPubSub();
  await applyTopology(topology, { emulatorHost: emulator.host });
  publisher = createPublisher({ emulatorHost: emulator.host });
}, 60_000);
afterAll(async () => {
  await publisher.close();
  await emulator.close();
});
beforeEach(async () => {
  bff.spec.minReplicas = 2;
  kubernetes = await fakeKubernetes({ bff, 'prescale-windows': { metadata: { name: 'prescale-windows' } } });
  service = await start();
}, 60_000);
afterEach(async () => {
  await service.stop();
  await kubernetes.close();
});

describe('prescale', () => {
  it('raises for an announced push, holds and restores', async () => {
    await announce('morning', 1_500);
    await minReplicas(6);
    await minReplicas(2);
    expect(bff.metadata.annotations).toEqual({});
  }, 40_000);

  it('holds through a restart and restores after it', async () => {
    await announce('restart', 60_000);
    await minReplicas(6);
    await service.stop();
    service = await start();
    const writes = kubernetes.writes();
    await announce('other', 60_000, 1);
    await until(() => kubernetes.writes() > writes, { timeoutMs: 20_000, message: 'the second window to be stored' });
    expect(bff.spec.minReplicas).toBe(6);
    const event = create(PushCancelled.schema, { pushId: 'restart' });
    await publish(PushCancelled.type, 'restart', toBinary(PushCancelled.schema, event));
    await minReplicas(2);
  }, 60_000);

  it('catches up after the API server was away', async () => {
    kubernetes.setDown(true);
    await announce('away', 60_000);
    await until(() => !service.runtime.health.isServing('kubernetes'), { timeoutMs: 20_000, message: 'to notice' });
    kubernetes.setDown(false);
    await minReplicas(6);
  }, 40_000);

  it('goes on behind a message it cannot read', async () => {
    await publish('kiban.events.v1.ArticleDeleted', 'bad', new Uint8Array());
    await publish(PushScheduled.type, 'bad', Buffer.from('no protobuf'));
    await publish(PushCancelled.type, 'bad', Buffer.from('no protobuf'));
    await announce('bad', 60_000);
    await minReplicas(6);
  }, 40_000);

  it('has no queue to work off after the API server was slow', async () => {
    kubernetes.hold(true);
    await until(() => kubernetes.held() > 0, { message: 'a question to be held' });
    await delay(1_000); // fifty times PRESCALE_EVERY_MS
    const before = kubernetes.reads();
    kubernetes.hold(false);
    await service.stop();
    expect(kubernetes.reads() - before).toBeLessThan(10);
  });
});
