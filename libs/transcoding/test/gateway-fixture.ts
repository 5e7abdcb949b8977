import { once } from 'node:events';
import { createFileRegistry } from '@bufbuild/protobuf';
import { descriptorSet } from '@kiban/contracts';
import { FakeBackend } from '../conformance/fake-backend.ts';
import { createGateway, type Gateway, type GatewaySettings } from '../src/index.ts';

export interface Fixture {
  readonly backend: FakeBackend;
  readonly gateway: Gateway;
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** A gateway for Kiban's BFF in front of a backend that does what a test says. */
export async function startFixture(settings: Partial<GatewaySettings> = {}): Promise<Fixture> {
  const set = descriptorSet();
  const backend = new FakeBackend(createFileRegistry(set));
  const address = await backend.listen();
  const gateway = createGateway({
    descriptorSet: set,
    services: ['kiban.bff.v1.BffService'],
    backend: () => address,
    ...settings,
  });
  const port = await gateway.listen(0);
  return {
    backend,
    gateway,
    port,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await gateway.close(0);
      backend.close();
    },
  };
}

/** Resolves when the backend has seen a request. */
export async function requestSeen(backend: FakeBackend): Promise<void> {
  while (backend.received.length === 0) await once(backend, 'message');
}
