import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';

export const DEVELOPMENT_ISSUER = 'https://kiban.local';
export const DEVELOPMENT_AUDIENCE = 'kiban';

export interface DevelopmentKeys {
  /** Absolute path of the public key set: what AUTH_JWKS_URL is set to. */
  jwksFile: string;
  issuer: typeof DEVELOPMENT_ISSUER;
  audience: typeof DEVELOPMENT_AUDIENCE;
}

/**
 * The RS256 key that signs development tokens: `signing-key.json` (mode 0600) and its public half `jwks.json` in `dir`,
 * made on the first call. Safe to call from several processes at once.
 */
export async function ensureDevelopmentKeys(dir: string): Promise<DevelopmentKeys> {
  const jwksFile = resolve(dir, 'jwks.json');
  const { kty, n, e, kid, alg, use } = await signingKey(dir);
  await replaceFile(jwksFile, `${JSON.stringify({ keys: [{ kty, n, e, kid, alg, use }] }, null, 2)}\n`);
  return { jwksFile, issuer: DEVELOPMENT_ISSUER, audience: DEVELOPMENT_AUDIENCE };
}

export interface DevelopmentTokenOptions {
  subject: string;
  /** Default none. */
  roles?: readonly string[];
  email?: string;
  /** Default 3600; a negative one makes a token that has expired already. */
  ttlSeconds?: number;
}

/** A token signed with the development key of `dir`, which is made when it is missing. */
export async function mintDevelopmentToken(dir: string, options: DevelopmentTokenOptions): Promise<string> {
  const { subject, roles = [], email, ttlSeconds = 3600 } = options;
  const jwk = await signingKey(dir);
  const now = Math.floor(Date.now() / 1000);
  return await new SignJWT({ roles, ...(email && { email }) })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: jwk.kid ?? '' })
    .setIssuer(DEVELOPMENT_ISSUER)
    .setAudience(DEVELOPMENT_AUDIENCE)
    .setSubject(subject)
    .setIssuedAt(now)
    .setExpirationTime(now + ttlSeconds)
    .sign(await importJWK(jwk, 'RS256'));
}

async function signingKey(dir: string): Promise<JWK> {
  const file = join(dir, 'signing-key.json');
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known) return JSON.parse(known) as JWK;
  await mkdir(dir, { recursive: true });
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const key = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'RS256', use: 'sig' };
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, `${JSON.stringify(key, null, 2)}\n`, { mode: 0o600 });
  // link fails when another process was faster: then its key counts.
  const lost = await link(draft, file).then(
    () => false,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return true;
      throw error;
    },
  );
  await rm(draft);
  return lost ? (JSON.parse(await readFile(file, 'utf8')) as JWK) : key;
}

async function replaceFile(file: string, text: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return;
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, text);
  await rename(draft, file);
}
