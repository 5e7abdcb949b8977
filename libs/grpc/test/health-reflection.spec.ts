import { afterEach, describe, expect, test } from '@jest/globals';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Client, credentials } from '@grpc/grpc-js';
import { Code, createGrpcClient, HealthRegistry, serviceDefinition } from '@kiban/grpc';
import {
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from '@kiban/contracts/grpc/reflection/v1';
import { Health, HealthCheckResponse_ServingStatus as Serving } from '@kiban/contracts/health/v1';
import { ArticleSchema } from '@kiban/contracts/kiban/content/v1';
import { demos, failure } from './support.ts';

const { start, stopAll } = demos();
const clients: { close(): void }[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await stopAll();
});

describe('health', () => {
  async function healthOf(registry: HealthRegistry) {
    const demo = await start({}, { health: registry });
    const client = createGrpcClient(Health, demo.address);
    clients.push(client);
    return { ...demo, health: client };
  }

  test('Check answers for each service, List for all, unknown names are NOT_FOUND', async () => {
    const registry = new HealthRegistry();
    registry.set('', true);
    registry.set('consumer', false);
    const { health } = await healthOf(registry);
    await expect(health.check({})).resolves.toMatchObject({ status: Serving.SERVING });
    await expect(health.check({ service: 'consumer' })).resolves.toMatchObject({ status: Serving.NOT_SERVING });
    expect(await failure(health.check({ service: 'nobody' }))).toMatchObject({ code: Code.NOT_FOUND });
    expect(Object.keys((await health.list({})).statuses)).toEqual(['', 'consumer']);
  });

  test('Watch tells changes, knows names that come later, and ends when the server drains', async () => {
    const registry = new HealthRegistry();
    const { health, transport } = await healthOf(registry);
    const seen: Serving[] = [];
    for await (const { status } of health.watch({ service: 'late' })) {
      seen.push(status);
      if (seen.length === 1) registry.set('late', true);
      if (seen.length === 2) registry.set('late', false);
      if (seen.length === 3) registry.set('late', true);
      if (seen.length === 4) void transport.close();
    }
    expect(seen).toEqual([
      Serving.SERVICE_UNKNOWN,
      Serving.SERVING,
      Serving.NOT_SERVING,
      Serving.SERVING,
      Serving.NOT_SERVING,
    ]);
  });

  test('nothing serves again after a shutdown', () => {
    const registry = new HealthRegistry();
    registry.set('', true);
    registry.shutdown();
    registry.set('', true);
    expect(registry.isServing()).toBe(false);
  });
});

describe.each(['v1', 'v1alpha'])('reflection %s', (version) => {
  async function ask(request: ServerReflectionRequest['messageRequest']) {
    const { address } = await start({});
    const definition = serviceDefinition(ServerReflection)['ServerReflectionInfo'];
    if (!definition) throw new Error('no definition');
    const client = new Client(address, credentials.createInsecure());
    clients.push(client);
    const call = client.makeBidiStreamRequest(
      definition.path.replace('.v1.', `.${version}.`),
      definition.requestSerialize,
      definition.responseDeserialize,
    );
    call.end({ messageRequest: request });
    const [answer] = await Array.fromAsync(call as AsyncIterable<ServerReflectionResponse>);
    return answer?.messageResponse;
  }

  test('lists services', async () => {
    const answer = await ask({ case: 'listServices', value: '' });
    expect(answer?.case === 'listServicesResponse' && answer.value.service.map(({ name }) => name)).toEqual([
      'demo.v1.DemoService',
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
    ]);
  });

  test.each([
    ['demo.v1.DemoService', 'demo.proto'],
    ['demo.v1.DemoService.Get', 'demo.proto'],
    ['kiban.content.v1.Article.title', ArticleSchema.file.proto.name],
  ])('finds the file of %s with all it imports', async (symbol, file) => {
    const answer = await ask({ case: 'fileContainingSymbol', value: symbol });
    if (answer?.case !== 'fileDescriptorResponse') throw new Error(`answered ${answer?.case}`);
    const files = answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
    const names = files.map(({ name }) => name);
    expect(names[0]).toBe(file);
    for (const { dependency } of files) for (const name of dependency) expect(names).toContain(name);
  });

  test('says what it does not know', async () => {
    const answer = await ask({ case: 'fileContainingSymbol', value: 'no.such.Thing' });
    expect(answer).toMatchObject({ case: 'errorResponse', value: { errorCode: Code.NOT_FOUND } });
  });
});
