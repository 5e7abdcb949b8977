import { parseOptions } from '@kiban/transcoding';
import type { Access, GatewayPolicy } from './policy.ts';
import { FileError, readJson } from './read-file.ts';

const ACCESS: readonly unknown[] = ['public', 'users', 'push'] satisfies Access[];
const KEYS = ['access', 'backends', 'deadlinesMs', 'defaultDeadlineMs', 'settableFromBody'];

/**
 * Lays a policy file over a policy: JSON with any of `access`, `backends`, `deadlinesMs`, `defaultDeadlineMs`,
 * `settableFromBody` as in GatewayPolicy, and `options` by their upstream names.
 * @throws FileError that names what is wrong
 */
export function withPolicyFile(policy: GatewayPolicy, path: string): GatewayPolicy {
  const { options = {}, ...rest } = readJson(path) as Record<string, unknown>;
  const unknown = Object.keys(rest).filter((key) => !KEYS.includes(key));
  if (unknown.length)
    throw new FileError(`${path}: unknown "${unknown.join('", "')}"; expected ${KEYS.join(', ')}, options`);
  for (const [selector, access] of Object.entries((rest['access'] ?? {}) as object)) {
    if (!ACCESS.includes(access)) throw new FileError(`${path}: access of ${selector} is none of ${ACCESS.join(', ')}`);
  }
  return { ...policy, ...(rest as Partial<GatewayPolicy>), options: parseOptions(options) };
}
