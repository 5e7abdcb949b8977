import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Code } from '@kiban/contracts/google/rpc';
import { ERROR_REASONS, type ErrorReason, reasonOf } from './error-reasons.ts';
import { ServiceError } from './service-error.ts';

/** What a gateway makes of a code: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const HTTP: Partial<Record<Code, number>> = {
  [Code.CANCELLED]: 499,
  [Code.INVALID_ARGUMENT]: 400,
  [Code.DEADLINE_EXCEEDED]: 504,
  [Code.NOT_FOUND]: 404,
  [Code.ALREADY_EXISTS]: 409,
  [Code.PERMISSION_DENIED]: 403,
  [Code.UNAUTHENTICATED]: 401,
  [Code.RESOURCE_EXHAUSTED]: 429,
  [Code.FAILED_PRECONDITION]: 400,
  [Code.ABORTED]: 409,
  [Code.UNIMPLEMENTED]: 501,
  [Code.INTERNAL]: 500,
  [Code.UNAVAILABLE]: 503,
};

const REASONS = Object.keys(ERROR_REASONS) as ErrorReason[];

test('docs/errors.md lists the reasons that code can throw', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  expect(rows).toEqual(
    REASONS.map((reason) => {
      const { code, meaning } = ERROR_REASONS[reason];
      return `| \`${reason}\` | ${Code[code]} | ${HTTP[code]} | ${meaning} |`;
    }),
  );
});

test('every maker of ServiceError has its own code and the reason that stands for it', () => {
  const made = [
    ServiceError.invalidArgument([]),
    ServiceError.notFound('articles/1'),
    ServiceError.alreadyExists('articles/1'),
    ServiceError.aborted(''),
    ServiceError.failedPrecondition(''),
    ServiceError.permissionDenied(''),
    ServiceError.unauthenticated(''),
    ServiceError.unavailable(''),
    ServiceError.deadlineExceeded(),
    ServiceError.cancelled(),
    ServiceError.internal(),
  ];
  expect(new Set(made.map(({ code }) => code)).size).toBe(made.length);
  for (const { code, reason } of made) expect(reason).toBe(reasonOf(code));
  expect(ServiceError.resourceExhausted('', 1).reason).toBe('OVERLOADED');
});
