import { errors } from 'jose';

/** Why a token was refused. `jwks-unavailable` is the verifier's fault, every other one the caller's. */
export type TokenErrorReason =
  | 'malformed'
  | 'expired'
  | 'bad-signature'
  | 'wrong-issuer'
  | 'wrong-audience'
  | 'jwks-unavailable';

/** A token that was not accepted. The message may be shown to the caller; `cause` may not. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly reason: TokenErrorReason;

  constructor(reason: TokenErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }

  /** The TokenError for whatever verifying threw. */
  static from(error: unknown): TokenError {
    if (error instanceof TokenError) return error;
    const { reason, message } = explain(error);
    return new TokenError(reason, message, { cause: error });
  }
}

function explain(error: unknown): { reason: TokenErrorReason; message: string } {
  if (error instanceof errors.JWTExpired) {
    return { reason: 'expired', message: 'The token has expired: get a new one.' };
  }
  if (error instanceof errors.JWTClaimValidationFailed) return explainClaim(error.claim);
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported
  ) {
    return { reason: 'bad-signature', message: 'The token is not signed with a key of its issuer.' };
  }
  return { reason: 'malformed', message: 'The token is not a JSON Web Token with sub, iss, aud and exp.' };
}

function explainClaim(claim: string): { reason: TokenErrorReason; message: string } {
  switch (claim) {
    case 'iss':
      return { reason: 'wrong-issuer', message: 'The token comes from another issuer than this service accepts.' };
    case 'aud':
      return { reason: 'wrong-audience', message: 'The token is meant for another audience than this service.' };
    case 'nbf':
      return { reason: 'expired', message: 'The token is not valid yet.' };
    default:
      return { reason: 'malformed', message: `The token's claim "${claim}" is missing or wrong.` };
  }
}
