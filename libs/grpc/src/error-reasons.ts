/** The domain of every ErrorInfo that Kiban sends. */
export const ERROR_DOMAIN = 'kiban.dev';

/**
 * Every reason that a public error can carry, and what it tells the caller to do. docs/errors.md lists the same.
 * Reasons are part of the API: clients branch on them, so they are added and never renamed.
 */
export const ERROR_REASONS = {
  INVALID_FIELDS: 'Fields of the request break a rule; BadRequest names each. Correct them and send again.',
  NOT_FOUND: 'The named resource does not exist, or not any more. Check the name.',
  ALREADY_EXISTS: 'A resource of that name exists with other content. Choose another id or update it.',
  CONFLICT: 'Somebody changed the resource in between. Read it again and repeat the change.',
  FAILED_PRECONDITION: 'The resource is not in a state that allows this. The message says what is missing.',
  UNAUTHENTICATED: 'The call needs a token. Send `Authorization: Bearer <JWT>`.',
  TOKEN_INVALID: 'The token was refused; the message says why. Get a new one.',
  PERMISSION_DENIED: 'The token is valid but its roles or its subject do not allow this call.',
  RATE_LIMITED: 'This caller sends too many calls. Wait as long as RetryInfo says.',
  OVERLOADED: 'The service sheds load. Wait as long as RetryInfo says.',
  UNAVAILABLE: 'A part that the answer needs cannot be reached just now. Try again with backoff.',
  DEADLINE_EXCEEDED: 'The answer took longer than the caller allowed. Try again, or allow more time.',
  CANCELLED: 'The caller gave up.',
  UNIMPLEMENTED: 'This server does not know the method. Check the version you call.',
  INTERNAL: 'A defect in the service. Report the error id in the message; the log line carries the same.',
} as const;

export type ErrorReason = keyof typeof ERROR_REASONS;
