import { timingSafeEqual } from 'node:crypto';
import type { Principal } from '@kiban/auth';
import { PushError } from './push-error.ts';

/** Checks the OIDC token that Pub/Sub puts on a push. https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions */
export interface PushAuth {
  /**
   * Verifies signature, issuer and audience, e.g. `createTokenVerifier({ jwks: 'https://www.googleapis.com/oauth2/v3/certs',
   * issuer: 'https://accounts.google.com', audience })`.
   */
  readonly verifier: { verify(token: string): Promise<Pick<Principal, 'claims'>> };
  /**
   * E-mail of the service account of the subscription. Anybody with a Google account gets tokens of this issuer for any
   * audience: only the e-mail says that it was our Pub/Sub.
   */
  readonly serviceAccount: string;
}

/** @throws PushError `unauthenticated`, `forbidden` */
export async function verifyPushToken(auth: PushAuth | undefined, authorization: string | undefined): Promise<void> {
  if (auth === undefined) {
    throw new PushError('forbidden', 'this service accepts no pushes: PUSH_SERVICE_ACCOUNT is not configured');
  }
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw new PushError('unauthenticated', 'a push needs `Authorization: Bearer <OIDC token>`');
  let claims: Readonly<Record<string, unknown>>;
  try {
    ({ claims } = await auth.verifier.verify(token));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'not valid';
    throw new PushError('unauthenticated', `the token of this push was refused: ${why}`, { cause });
  }
  const { email } = claims;
  if (claims['email_verified'] !== true || typeof email !== 'string' || !equal(email, auth.serviceAccount)) {
    throw new PushError('forbidden', 'the token of this push is not of the expected service account');
  }
}

function equal(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
