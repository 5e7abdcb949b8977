import { jwtVerify } from 'jose';
import { KeySet, type KeySetOptions } from './key-set.ts';
import { type Principal, principalOf } from './principal.ts';
import { TokenError } from './token-error.ts';

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
}

export interface TokenVerifier {
  /** The principal of a token (without `Bearer `). Throws TokenError. */
  verify(token: string): Promise<Principal>;
}

/** A verifier of JSON Web Tokens. The key set is read on the first verify, so an issuer that is down delays no start. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { jwks, issuer, audience, clockToleranceSeconds = 5 } = options;
  const keys = new KeySet(jwks, options);
  return {
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, keys.keyFor, {
          issuer,
          audience,
          algorithms: ALGORITHMS,
          clockTolerance: clockToleranceSeconds,
          requiredClaims: ['sub', 'exp'],
        });
        const { sub } = payload;
        if (!sub) throw new TokenError('malformed', 'The token names no subject (claim "sub").');
        return principalOf(token, { ...payload, sub });
      } catch (error) {
        throw TokenError.from(error);
      }
    },
  };
}
