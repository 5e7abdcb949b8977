import { once } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import { Health } from '@kiban/contracts/health/v1';
import { Admission, type Verdict } from './admission.ts';
import { guardDoor } from './door.ts';
import { methodPath } from './service-definition.ts';

/** Lets every call wait until the test settles the doubt. */
class Doubt extends Admission {
  readonly let: string[] = [];

  constructor() {
    super({ shedLoad: false });
  }

  override enter(): Verdict {
    return 'waits';
  }

  override enterAfterWaiting(flood: boolean): Exclude<Verdict, 'waits'> {
    this.let.push(flood ? 'refused' : 'in');
    return flood ? 1000 : 'in';
  }
}

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0).toReversed()) close();
});

async function door() {
  const server = http2.createServer();
  const served: string[] = [];
  server.on('stream', (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
    served.push(String(headers['x-name']));
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0' }, { endStream: true });
  });
  const admission = new Doubt();
  const refused: string[] = [];
  guardDoor([server], [Health.method.check], admission, ({ name }) => refused.push(name));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  closing.push(
    () => server.close(),
    () => client.destroy(),
  );
  await once(client, 'connect');
  const call = (name: string) => {
    const stream = client.request({ ':method': 'POST', ':path': methodPath(Health.method.check), 'x-name': name });
    stream.on('error', () => {});
    return { stream, answer: once(stream, 'response').then(([headers]) => headers as http2.IncomingHttpHeaders) };
  };
  /** What was sent before has come when the answer to this is there: frames keep their order. */
  const arrived = () => promisify(client.ping.bind(client) as (done: () => void) => void)();
  return { admission, served, refused, call, arrived };
}

test('calls whose caller leaves while they wait at the door are not begun and take no place', async () => {
  const { admission, served, refused, call, arrived } = await door();
  const stays = call('stays');
  const leaves = call('leaves');
  await arrived();
  leaves.stream.close(http2.constants.NGHTTP2_CANCEL);
  await arrived();
  expect(served).toEqual([]);

  admission.onSettled(false);

  expect((await stays.answer)['grpc-status']).toBe('0');
  expect(served).toEqual(['stays']);
  expect(admission.let).toEqual(['in']);
  expect(refused).toEqual([]);
});

test('calls that waited for a flood are refused, each once', async () => {
  const { admission, served, refused, call, arrived } = await door();
  const calls = [call('one'), call('two')];
  await arrived();

  admission.onSettled(true);
  admission.onSettled(true);

  for (const { answer } of calls) expect((await answer)['grpc-status']).toBe('8');
  expect(served).toEqual([]);
  expect(refused).toEqual(['Check', 'Check']);
});
