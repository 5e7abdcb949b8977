import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { create } from '@bufbuild/protobuf';
import { createTokenVerifier } from '@kiban/auth';
import { PushRequestSchema } from '@kiban/contracts/kiban/events/v1';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { ReceivedMessage } from '../consumer/dispatcher.ts';
import { PushReceiver } from './push-receiver.ts';

const issuer = 'https://accounts.google.com';
const audience = 'https://kiban.example/push';
const serviceAccount = 'pusher@kiban.iam.gserviceaccount.com';
let token: (
  claims?: JWTPayload,
  overrides?: { issuer?: string; audience?: string; expires?: string },
) => Promise<string>;
let receiver: PushReceiver;
let server: Server;
const received: ReceivedMessage[] = [];

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  server = createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const jwks = `http://127.0.0.1:${(server.address() as AddressInfo).port}/certs`;
  token = (claims = { email: serviceAccount, email_verified: true }, overrides = {}) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(overrides.issuer ?? issuer)
      .setAudience(overrides.audience ?? audience)
      .setSubject('1')
      .setIssuedAt()
      .setExpirationTime(overrides.expires ?? '1h')
      .sign(privateKey);
  receiver = new PushReceiver({
    prefix: 'dev-',
    auth: { serviceAccount, verifier: createTokenVerifier({ jwks, issuer, audience }) },
  });
  receiver.serve({
    async dispatch(message) {
      received.push(message);
      if (message.orderingKey === 'fails') throw new Error('secret detail');
      return 'handled';
    },
  });
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const request = (orderingKey = 'k') =>
  create(PushRequestSchema, {
    subscription: 'projects/p/subscriptions/dev-recommendation-interaction',
    message: { data: new Uint8Array([1]), messageId: '7', orderingKey, attributes: { a: 'b' } },
  });
const refused = (authorization: string | undefined) =>
  receiver.deliver(request(), authorization).then(
    () => 'taken',
    (error: { reason: string }) => error.reason,
  );

describe('push', () => {
  it('takes a push of our Pub/Sub and finds the declared subscription', async () => {
    expect(await receiver.deliver(request(), `Bearer ${await token()}`)).toBe('handled');
    expect(received.at(-1)).toMatchObject({
      subscription: 'recommendation-interaction',
      messageId: '7',
      attributes: { a: 'b' },
    });
  });

  it('refuses everybody else', async () => {
    expect(await refused(undefined)).toBe('unauthenticated');
    expect(await refused('Bearer nonsense')).toBe('unauthenticated');
    const other = { email: 'mallory@gmail.com', email_verified: true };
    expect(await refused(`Bearer ${await token(other)}`)).toBe('forbidden');
    expect(await refused(`Bearer ${await token({ email: serviceAccount })}`)).toBe('forbidden');
    const of = (overrides: Parameters<typeof token>[1]) => token(undefined, overrides);
    expect(await refused(`Bearer ${await of({ audience: 'https://elsewhere' })}`)).toBe('unauthenticated');
    expect(await refused(`Bearer ${await of({ issuer: 'https://evil.example' })}`)).toBe('unauthenticated');
    expect(await refused(`Bearer ${await of({ expires: '-1h' })}`)).toBe('unauthenticated');
  });

  it('refuses all when nobody may push', async () => {
    const closed = new PushReceiver({});
    await expect(closed.deliver(request(), `Bearer ${await token()}`)).rejects.toMatchObject({ reason: 'forbidden' });
  });

  it('asks for another delivery when the handler fails, without telling why', async () => {
    const failure = await receiver
      .deliver(request('fails'), `Bearer ${await token()}`)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ reason: 'handler-failed', message: expect.not.stringContaining('secret') });
  });
});
