import { BadRequestSchema, Code } from '@kiban/contracts/google/rpc';
import { ServiceError } from '../service-error.ts';

/** What a caller sees of a refused call. */
export interface Refusal {
  code: string;
  message: string;
  /** Description of the problem by field. */
  fields: Record<string, string>;
}

/** The refusal of a call; fails when the call succeeds. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => ServiceError.from(thrown),
  );
  if (!error) throw new Error('expected the call to be refused, but it succeeded');
  const violations = error.find(BadRequestSchema).flatMap((detail) => detail.fieldViolations);
  return {
    code: Code[error.code] ?? String(error.code),
    message: error.message,
    fields: Object.fromEntries(violations.map(({ field, description }) => [field, description])),
  };
}
