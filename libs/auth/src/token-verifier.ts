import { jwtVerify } from 'jose';
import { KeySet, type KeySetOptions } from './key-set.ts';
import { type Principal, principalOf } from './principal.ts';
import { TokenError } from './token-error.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** Asymmetric ones only: with a public key at hand, accepting HS256 would let anybody sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

export interface TokenVerifierOptions extends KeySetOptions {
  /** The issuer's JSON Web Key Set: http(s) URL or path of a file. */
  jwks: string;
  /** What `iss` must be. */
  issuer: string;
  /** What `aud` must hold one of. */
  audience: string | string[];
  /** Seconds that clocks may differ by; default 5. */
  clockToleranceSeconds?: number;
  /** How many verified tokens are remembered; default 1,000, 0 verifies every signature anew. */
  cacheSize?: number;
}

export interface TokenVerifier {
  /** The principal of a token (without `Bearer `). Throws TokenError. */
  verify(token: string): Promise<Principal>;
}

/**
 * A verifier of JSON Web Tokens. The key set is read on the first verify, so an issuer that is down delays no start. A
 * token that was verified is not verified again until it expires or other keys are read (docs/adr/0006-tokens.md).
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { jwks, issuer, audience, clockToleranceSeconds = 5, cacheSize = 1_000 } = options;
  const keys = new KeySet(jwks, options);
  const verified = new VerifiedTokens(cacheSize);
  let generation = 0;
  return {
    async verify(token) {
      const before = keys.generation;
      if (before !== generation) verified.clear();
      generation = before;
      const known = verified.get(token);
      if (known) return known;
      try {
        const { payload } = await jwtVerify(token, keys.keyFor, {
          issuer,
          audience,
          algorithms: ALGORITHMS,
          clockTolerance: clockToleranceSeconds,
          requiredClaims: ['sub', 'exp'],
        });
        const { sub, exp = 0 } = payload;
        if (!sub) throw new TokenError('malformed', 'The token names no subject (claim "sub").');
        const principal = Object.freeze(principalOf(token, Object.freeze({ ...payload, sub })));
        // Verified by keys that were replaced meanwhile: good for this call, not for later ones.
        if (keys.generation === before) verified.set(token, principal, exp + clockToleranceSeconds);
        return principal;
      } catch (error) {
        throw TokenError.from(error);
      }
    },
  };
}
