import { Code } from '@kiban/contracts/google/rpc';

/** The domain of every ErrorInfo that Kiban sends. */
export const ERROR_DOMAIN = 'kiban.dev';

/**
 * Every reason that a public error can carry, the gRPC code it comes with, and what it tells the caller to do.
 * docs/errors.md lists the same; the type of ServiceError lets code throw no other. Reasons are part of the API:
 * clients branch on them, so they are added and never renamed.
 */
export const ERROR_REASONS = {
  INVALID_FIELDS: {
    code: Code.INVALID_ARGUMENT,
    meaning: 'Fields of the request break a rule; BadRequest names each. Correct them and send again.',
  },
  NOT_FOUND: {
    code: Code.NOT_FOUND,
    meaning: 'The named resource does not exist, or not any more. Check the name.',
  },
  ALREADY_EXISTS: {
    code: Code.ALREADY_EXISTS,
    meaning: 'A resource of that name exists with other content. Choose another id or update it.',
  },
  CONFLICT: {
    code: Code.ABORTED,
    meaning: 'Somebody changed the resource in between. Read it again and repeat the change.',
  },
  FAILED_PRECONDITION: {
    code: Code.FAILED_PRECONDITION,
    meaning: 'The resource is not in a state that allows this. The message says what is missing.',
  },
  UNAUTHENTICATED: {
    code: Code.UNAUTHENTICATED,
    meaning: 'The call needs a token. Send `Authorization: Bearer <JWT>`.',
  },
  TOKEN_INVALID: {
    code: Code.UNAUTHENTICATED,
    meaning: 'The token was refused; the message and `metadata.problem` say why. Get a new one.',
  },
  API_KEY_MISSING: {
    code: Code.UNAUTHENTICATED,
    meaning: 'This deployment asks for an API key. Send it as the header `x-api-key`.',
  },
  API_KEY_INVALID: {
    code: Code.UNAUTHENTICATED,
    meaning: 'The API key is not known or was revoked; the message says which. Ask for a new one.',
  },
  PERMISSION_DENIED: {
    code: Code.PERMISSION_DENIED,
    meaning: 'The token is valid but its roles or its subject do not allow this call.',
  },
  OVERLOADED: {
    code: Code.RESOURCE_EXHAUSTED,
    meaning: 'The service sheds load. Wait as long as RetryInfo says.',
  },
  RATE_LIMITED: {
    code: Code.RESOURCE_EXHAUSTED,
    meaning: 'This caller sends too many calls. Wait as long as RetryInfo says.',
  },
  UNAVAILABLE: {
    code: Code.UNAVAILABLE,
    meaning: 'A part that the answer needs cannot be reached just now. Try again with backoff.',
  },
  DEADLINE_EXCEEDED: {
    code: Code.DEADLINE_EXCEEDED,
    meaning: 'The answer took longer than the caller allowed. Try again, or allow more time.',
  },
  CANCELLED: {
    code: Code.CANCELLED,
    meaning: 'The caller gave up.',
  },
  UNIMPLEMENTED: {
    code: Code.UNIMPLEMENTED,
    meaning: 'This server does not know the method. Check the version you call.',
  },
  INTERNAL: {
    code: Code.INTERNAL,
    meaning:
      'A defect in the service. Report `metadata.errorId`, which the message names too; the log line carries it.',
  },
} as const;

export type ErrorReason = keyof typeof ERROR_REASONS;

/** The reason for a code when whoever threw named none: the first with that code. */
export function reasonOf(code: Code): ErrorReason {
  const reasons = Object.keys(ERROR_REASONS) as ErrorReason[];
  return reasons.find((reason) => ERROR_REASONS[reason].code === code) ?? 'INTERNAL';
}
