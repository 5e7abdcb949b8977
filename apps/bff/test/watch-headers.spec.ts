import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, credentials, type Metadata, type ServiceError as GrpcError } from '@grpc/grpc-js';
import { descriptorSet } from '@kiban/contracts';
import { BffService } from '@kiban/contracts/kiban/bff/v1';
import { kibanPolicy } from '@kiban/gateway-config';
import { Code, ServiceError, serviceDefinition } from '@kiban/grpc';
import { createGateway } from '@kiban/transcoding';
import { startBff, type TestBff } from './start-bff.ts';

let bff: TestBff;
beforeAll(async () => {
  bff = await startBff();
}, 60_000);
afterAll(() => bff.stop());

function watch() {
  const client = new Client(bff.service.grpc, credentials.createInsecure());
  const method = serviceDefinition(BffService)['WatchArticles'];
  if (!method) throw new Error('BffService has no WatchArticles');
  const { path, requestSerialize, responseDeserialize } = method;
  const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {});
  call.resume();
  const end = () => {
    call.cancel();
    client.close();
  };
  return { call, end };
}

test('a watch tells that it has begun though nothing changes', async () => {
  bff.content.methods.watchArticles = async function* (_request, { signal }) {
    await once(signal, 'abort');
    yield* [];
  };
  const { call, end } = watch();
  call.on('error', () => {});
  const [header] = (await once(call, 'metadata')) as [Metadata];
  expect(header.get('ratelimit-limit')).toHaveLength(1);
  end();
});

test('a watch that is refused is an error from the start, without headers of a success', async () => {
  bff.content.methods.watchArticles = () => {
    throw ServiceError.invalidArgument([{ field: 'resumeToken', description: 'is too old' }]);
  };
  const { call, end } = watch();
  let headers: Metadata | undefined;
  call.on('metadata', (received) => (headers = received));
  const [error] = (await once(call, 'error')) as [GrpcError];
  expect(error.code).toBe(Code.INVALID_ARGUMENT);
  expect(headers).toBeUndefined();
  end();
});

test('over REST, a watch that is refused has the status of its refusal and the headers of the rate limit', async () => {
  bff.content.methods.watchArticles = () => {
    throw ServiceError.invalidArgument([{ field: 'resumeToken', description: 'is too old' }]);
  };
  const { access, options, services } = kibanPolicy;
  const gateway = createGateway({
    descriptorSet: descriptorSet(),
    services,
    options,
    backend: () => bff.service.grpc,
    policy: (selector) => (access[selector] === 'public' ? {} : { verifier: bff.verifier }),
  });
  try {
    const port = await gateway.listen(0);
    const answer = await fetch(`http://127.0.0.1:${port}/v1/articles:watch?resumeToken=old`);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('ratelimit-limit')).toBe('6000');
    expect(await answer.json()).toMatchObject({ code: Code.INVALID_ARGUMENT });
  } finally {
    await gateway.close(0);
  }
});
