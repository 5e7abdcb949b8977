import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JWK } from 'jose';

/** Signs the OIDC tokens of push requests with the emulator's own RSA key, made when it is first needed. */
export class PushSigner {
  /** Where the discovery document is: the `iss` of tokens. */
  issuer = '';
  readonly #path: string | undefined;
  #key: Promise<JWK> | undefined = undefined;
  readonly #tokens = new Map<string, { token: Promise<string>; until: number }>();

  constructor(stateDir: string | undefined) {
    this.#path = stateDir === undefined ? undefined : join(stateDir, 'push-key.json');
  }

  /** The public keys as a JSON Web Key Set. */
  async jwks(): Promise<{ keys: JWK[] }> {
    const { kty, n, e, kid } = await this.#privateKey();
    return { keys: [{ kty, n, e, kid, alg: 'RS256', use: 'sig' } as JWK] };
  }

  /** A token as Google signs for push endpoints, valid for an hour and reused for half of it. */
  token(email: string, audience: string): Promise<string> {
    const id = JSON.stringify([email, audience]);
    const known = this.#tokens.get(id);
    if (known && known.until > Date.now()) return known.token;
    const token = this.#sign(email, audience);
    this.#tokens.set(id, { token, until: Date.now() + 30 * 60_000 });
    return token;
  }

  async #sign(email: string, audience: string): Promise<string> {
    const { importJWK, SignJWT } = await import('jose');
    const key = await this.#privateKey();
    return await new SignJWT({ email, email_verified: true, azp: email })
      .setProtectedHeader({ alg: 'RS256', kid: key.kid as string, typ: 'JWT' })
      .setIssuer(this.issuer)
      .setAudience(audience)
      .setSubject(email)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(await importJWK(key, 'RS256'));
  }

  #privateKey(): Promise<JWK> {
    this.#key ??= this.#load();
    return this.#key;
  }

  async #load(): Promise<JWK> {
    if (this.#path !== undefined && existsSync(this.#path)) return JSON.parse(readFileSync(this.#path, 'utf8')) as JWK;
    const { calculateJwkThumbprint, exportJWK, generateKeyPair } = await import('jose');
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = await exportJWK(privateKey);
    jwk.kid = await calculateJwkThumbprint(jwk);
    if (this.#path !== undefined) {
      mkdirSync(join(this.#path, '..'), { recursive: true });
      writeFileSync(this.#path, JSON.stringify(jwk), { mode: 0o600 });
    }
    return jwk;
  }
}
