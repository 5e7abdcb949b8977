import type { IncomingHttpHeaders } from 'node:http';
import { TokenError, type TokenErrorReason, type TokenVerifier } from '@kiban/auth';
import { parseQuery } from '../path/query.ts';
import { RequestError } from '../rules/request-error.ts';

/** The words of Envoy's jwt_authn filter, https://github.com/google/jwt_verify_lib/blob/master/src/status.cc */
const MESSAGES: Record<TokenErrorReason, string> = {
  malformed: 'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections',
  expired: 'Jwt is expired',
  'bad-signature': 'Jwt verification fails',
  'wrong-issuer': 'Jwt issuer is not configured',
  'wrong-audience': 'Audiences in Jwt are not allowed',
  'jwks-unavailable': 'Jwks remote fetch is failed',
};

/**
 * Checks the token of a request.
 * @returns its payload as it was signed, base64url
 * @throws RequestError 401, or 403 for a token that was made for somebody else
 */
export async function authenticate(
  verifier: TokenVerifier,
  headers: IncomingHttpHeaders,
  query: string,
): Promise<string> {
  const token = tokenOf(headers, query);
  if (!token) throw new RequestError(401, 'Jwt is missing');
  try {
    await verifier.verify(token);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    const message = error.reason === 'malformed' ? malformed(token) : MESSAGES[error.reason];
    throw new RequestError(error.reason === 'wrong-audience' ? 403 : 401, message);
  }
  return token.split('.')[1] ?? '';
}

/** Which part of a token is none, in Envoy's words. */
function malformed(token: string): string {
  const [header, payload, signature, more] = token.split('.');
  if (header === undefined || payload === undefined || signature === undefined || more !== undefined)
    return MESSAGES.malformed;
  for (const [name, part] of [
    ['header', header],
    ['payload', payload],
  ] as const) {
    if (!isBase64url(part)) return `Jwt ${name} is an invalid Base64url encoded`;
    if (!isObject(Buffer.from(part, 'base64url').toString('utf8'))) return `Jwt ${name} is an invalid JSON`;
  }
  return isBase64url(signature) ? MESSAGES['bad-signature'] : 'Jwt signature is an invalid Base64url encoded';
}

function isBase64url(text: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(text) && text.length % 4 !== 1;
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

function tokenOf(headers: IncomingHttpHeaders, query: string): string | undefined {
  const { authorization } = headers;
  // As Envoy reads it: another spelling of the word is no token.
  if (authorization?.startsWith('Bearer ')) return authorization.slice(7).trim();
  const iap = headers['x-goog-iap-jwt-assertion'];
  if (typeof iap === 'string') return iap;
  return parseQuery(query, true).find(({ name }) => name === 'access_token')?.value;
}
