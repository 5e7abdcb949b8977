import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** Makes the tokens that a request's placeholders name. */
export interface TokenMint {
  /** File with the key set of the tokens. */
  readonly jwks: string;
  fill(text: string, issuer: string, audiences: readonly string[]): Promise<string>;
}

export async function createTokenMint(): Promise<TokenMint> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwks = join(mkdtempSync(join(tmpdir(), 'conformance-')), 'jwks.json');
  writeFileSync(
    jwks,
    JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }] }),
  );
  const mint = (issuer: string, audience: string, seconds: number) =>
    new SignJWT({ sub: 'somebody' })
      .setProtectedHeader({ alg: 'RS256', kid: 'k', typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(Math.floor(Date.now() / 1000) - 7200)
      .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
      .sign(privateKey);
  return {
    jwks,
    async fill(text, issuer, audiences) {
      const audience = audiences[0] ?? 'nobody';
      const kinds: Record<string, () => Promise<string>> = {
        '<valid>': () => mint(issuer, audience, 3600),
        '<expired token>': () => mint(issuer, audience, -3600),
        '<valid token, wrong aud>': () => mint(issuer, 'somebody-else', 3600),
        '<token of an unknown issuer>': () => mint('https://unknown.example', audience, 3600),
        '<token, jwks uri broken>': () => mint(issuer, audience, 3600),
      };
      for (const [placeholder, make] of Object.entries(kinds)) {
        if (text.includes(placeholder)) return text.replace(placeholder, await make());
      }
      return text;
    },
  };
}
