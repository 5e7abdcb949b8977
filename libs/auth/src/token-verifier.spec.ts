import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { until } from '@kiban/testing';
import {
  createTokenVerifier,
  ensureDevelopmentKeys,
  mintDevelopmentToken,
  type Principal,
  TokenError,
} from './index.ts';
import { VerifiedTokens } from './verified-tokens.ts';

let dir: string;
let jwks: string;
const base = { issuer: 'https://kiban.local', audience: 'kiban' };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kiban-auth-'));
  ({ jwksFile: jwks } = await ensureDevelopmentKeys(dir));
});
const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
  await rm(dir, { recursive: true });
});

/** Serves whatever `file` holds; counts reads; answers 503 while down. */
async function serveKeys(initial: string) {
  const state = { file: initial, reads: 0, down: false };
  const server = createServer((_, response) => {
    state.reads++;
    if (state.down) response.writeHead(503).end();
    else void readFile(state.file).then((body) => response.end(body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  // A test that fails must not leave it open.
  const close = () => new Promise((done) => server.close(done));
  closing.push(close);
  return { state, url, close };
}

test('a development token names its subject and roles', async () => {
  const token = await mintDevelopmentToken(dir, { subject: 'alice', roles: ['editor'] });
  const principal = await createTokenVerifier({ ...base, jwks }).verify(token);
  expect(principal).toMatchObject({ subject: 'alice', roles: ['editor'], token });
});

test('the signing key is private and calls at the same time agree on it', async () => {
  const other = await mkdtemp(join(tmpdir(), 'kiban-auth-'));
  await Promise.all([1, 2, 3, 4].map(() => ensureDevelopmentKeys(other)));
  const { jwksFile } = await ensureDevelopmentKeys(other);
  expect((await stat(join(other, 'signing-key.json'))).mode & 0o777).toBe(0o600);
  expect(await readFile(jwksFile, 'utf8')).not.toContain('"d"');
  const token = await mintDevelopmentToken(other, { subject: 'a' });
  await expect(createTokenVerifier({ ...base, jwks: jwksFile }).verify(token)).resolves.toBeDefined();
  await rm(other, { recursive: true });
});

describe('a token is refused', () => {
  test.each([
    ['malformed', () => Promise.resolve('nonsense'), base],
    ['expired', () => mintDevelopmentToken(dir, { subject: 'a', ttlSeconds: -60 }), base],
    ['wrong-issuer', () => mintDevelopmentToken(dir, { subject: 'a' }), { ...base, issuer: 'https://other' }],
    ['wrong-audience', () => mintDevelopmentToken(dir, { subject: 'a' }), { ...base, audience: 'other' }],
    ['bad-signature', async () => `${(await mintDevelopmentToken(dir, { subject: 'a' })).slice(0, -8)}AAAAAAAA`, base],
    ['bad-signature', () => signedWithPublicKey(), base],
    ['jwks-unavailable', () => mintDevelopmentToken(dir, { subject: 'a' }), { ...base, jwks: '/does/not/exist' }],
    ['jwks-unavailable', () => mintDevelopmentToken(dir, { subject: 'a' }), { ...base, jwks: 'http://127.0.0.1:1/' }],
  ])('as %s', async (reason, token, options) => {
    const verifier = createTokenVerifier({ jwks, ...options });
    await expect(verifier.verify(await token())).rejects.toMatchObject({ name: 'TokenError', reason });
  });
});

/** The classic confusion: HS256 with the public key as the secret. */
async function signedWithPublicKey(): Promise<string> {
  return await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('mallory')
    .setIssuer(base.issuer)
    .setAudience(base.audience)
    .setExpirationTime('1h')
    .sign(await readFile(jwks));
}

test('a rotated key is found without a restart, and forged key ids cannot flood the issuer', async () => {
  const next = await mkdtemp(join(tmpdir(), 'kiban-auth-'));
  const { jwksFile } = await ensureDevelopmentKeys(next);
  const { state, url, close } = await serveKeys(jwks);
  const verifier = createTokenVerifier({ ...base, jwks: url, cooldownMs: 0 });
  await verifier.verify(await mintDevelopmentToken(dir, { subject: 'a' }));
  state.file = jwksFile;
  await expect(verifier.verify(await mintDevelopmentToken(next, { subject: 'b' }))).resolves.toBeDefined();
  expect(state.reads).toBe(2);

  const guarded = createTokenVerifier({ ...base, jwks: url });
  const forged = await mintDevelopmentToken(dir, { subject: 'mallory' });
  for (let i = 0; i < 20; i++) {
    await expect(guarded.verify(forged)).rejects.toMatchObject({ reason: 'bad-signature' });
  }
  expect(state.reads).toBe(3);
  await close();
  await rm(next, { recursive: true });
});

test('keys that were read once outlive an outage of the issuer', async () => {
  const { state, url, close } = await serveKeys(jwks);
  const verifier = createTokenVerifier({ ...base, jwks: url, freshMs: 0, cooldownMs: 0 });
  const token = await mintDevelopmentToken(dir, { subject: 'a' });
  await verifier.verify(token);
  state.down = true;
  await expect(verifier.verify(token)).resolves.toMatchObject({ subject: 'a' });
  await expect(verifier.verify(token)).resolves.toMatchObject({ subject: 'a' });
  await close();
});

test('an issuer that was down at first is asked again', async () => {
  const file = join(dir, 'late.json');
  const verifier = createTokenVerifier({ ...base, jwks: file });
  const token = await mintDevelopmentToken(dir, { subject: 'a' });
  await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'jwks-unavailable' });
  await writeFile(file, await readFile(jwks));
  await expect(verifier.verify(token)).resolves.toMatchObject({ subject: 'a' });
});

describe('a verified token is remembered', () => {
  test('until it expires', async () => {
    const verifier = createTokenVerifier({ ...base, jwks, clockToleranceSeconds: 0 });
    await verifier.verify(await mintDevelopmentToken(dir, { subject: 'first' })); // reads the keys
    const token = await mintDevelopmentToken(dir, { subject: 'a', ttlSeconds: 2 });
    const principal = await verifier.verify(token);
    await expect(verifier.verify(token)).resolves.toBe(principal);
    await until(
      () =>
        verifier.verify(token).then(
          () => false,
          (error: TokenError) => error.reason === 'expired',
        ),
      { message: 'the token to expire' },
    );
  });

  test('until the issuer withdraws its key, no longer than without a cache', async () => {
    const next = await mkdtemp(join(tmpdir(), 'kiban-auth-'));
    const { jwksFile } = await ensureDevelopmentKeys(next);
    const { state, url, close } = await serveKeys(jwks);
    const verifier = createTokenVerifier({ ...base, jwks: url, freshMs: 0, cooldownMs: 0 });
    const token = await mintDevelopmentToken(dir, { subject: 'a' });
    await verifier.verify(token);
    const principal = await verifier.verify(token);
    await expect(verifier.verify(token)).resolves.toBe(principal);
    state.file = jwksFile;
    await until(
      () =>
        verifier.verify(token).then(
          () => false,
          (error: TokenError) => error.reason === 'bad-signature',
        ),
      { message: 'the key to be forgotten' },
    );
    await close();
    await rm(next, { recursive: true });
  });

  test('by all of it: the same claims under another signature are another token', async () => {
    const verifier = createTokenVerifier({ ...base, jwks });
    const token = await mintDevelopmentToken(dir, { subject: 'a' });
    for (let i = 0; i < 3; i++) await verifier.verify(token);
    await expect(verifier.verify(`${token.slice(0, -8)}AAAAAAAA`)).rejects.toMatchObject({ reason: 'bad-signature' });
  });

  test('as a principal that no caller can change for the next one', async () => {
    const principal = await createTokenVerifier({ ...base, jwks }).verify(
      await mintDevelopmentToken(dir, { subject: 'a' }),
    );
    expect(() => Object.assign(principal, { subject: 'b' })).toThrow(TypeError);
    expect(() => Object.assign(principal.claims, { sub: 'b' })).toThrow(TypeError);
    expect(() => (principal.roles as string[]).push('admin')).toThrow(TypeError);
  });

  test('among so many others only', () => {
    const tokens = new VerifiedTokens(2);
    const principal = (subject: string): Principal => ({ subject, roles: [], token: subject, claims: {} });
    for (const name of ['a', 'b']) tokens.set(name, principal(name), Infinity);
    tokens.get('a');
    tokens.set('c', principal('c'), Infinity);
    expect(['a', 'b', 'c'].map((name) => tokens.get(name)?.subject)).toEqual(['a', undefined, 'c']);
    expect(tokens.size).toBe(2);
  });
});
