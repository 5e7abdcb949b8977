import type { IAMPolicy } from '@kiban/contracts/google/iam/v1';
import { getIamPolicy, setIamPolicy, testIamPermissions } from '../core/iam.ts';
import type { Service } from '../service.ts';
import type { UnaryHandlers } from './unary.ts';

/** google.iam.v1.IAMPolicy. */
export function iamHandlers({ core }: Service): UnaryHandlers<typeof IAMPolicy> {
  return {
    setIamPolicy: (request) => setIamPolicy(core, request),
    getIamPolicy: (request) => getIamPolicy(core, request),
    testIamPermissions: (request) => ({ permissions: testIamPermissions(core, request) }),
  };
}
