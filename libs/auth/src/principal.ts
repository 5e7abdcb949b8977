import type { JWTPayload } from 'jose';

/** Who calls, as a verified token says. */
export interface Principal {
  /** The `sub` claim. */
  subject: string;
  /** The `roles` claim; empty when the token has none. */
  roles: readonly string[];
  /** The `email` claim, when the token has one. */
  email?: string;
  /** The token itself, to be forwarded to the services that this call needs. */
  token: string;
  /** Every claim of the token. */
  claims: JWTPayload;
}

/** The principal that verified claims speak of. */
export function principalOf(token: string, claims: JWTPayload & { sub: string }): Principal {
  const { roles, email } = claims;
  return {
    subject: claims.sub,
    roles: Object.freeze(Array.isArray(roles) ? roles.filter((role): role is string => typeof role === 'string') : []),
    ...(typeof email === 'string' && { email }),
    token,
    claims,
  };
}
