import { readFileSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { parseOptions } from '@kiban/transcoding';
import type { Access, GatewayPolicy } from './policy.ts';

/** A file that cannot be used; the message says what to do. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/** @throws FileError when the file is missing or no descriptor set */
export function readDescriptorSet(path: string): FileDescriptorSet {
  const bytes = read(path);
  try {
    return fromBinary(FileDescriptorSetSchema, bytes);
  } catch {
    throw new FileError(`${path} is no descriptor set; make one with: buf build -o ${path}`);
  }
}

const ACCESS: readonly unknown[] = ['public', 'users', 'push'] satisfies Access[];
const KEYS = ['access', 'backends', 'deadlinesMs', 'defaultDeadlineMs', 'settableFromBody'];

/**
 * Lays a policy file over a policy: JSON with any of `access`, `backends`, `deadlinesMs`, `defaultDeadlineMs`,
 * `settableFromBody` as in GatewayPolicy, and `options` by their upstream names.
 * @throws FileError that names what is wrong
 */
export function withPolicyFile(policy: GatewayPolicy, path: string): GatewayPolicy {
  let file: Record<string, unknown>;
  try {
    file = JSON.parse(read(path).toString('utf8')) as Record<string, unknown>;
  } catch (error) {
    throw error instanceof FileError ? error : new FileError(`${path}: ${(error as Error).message}`);
  }
  const { options = {}, ...rest } = file;
  const unknown = Object.keys(rest).filter((key) => !KEYS.includes(key));
  if (unknown.length)
    throw new FileError(`${path}: unknown "${unknown.join('", "')}"; expected ${KEYS.join(', ')}, options`);
  for (const [selector, access] of Object.entries((rest['access'] ?? {}) as object)) {
    if (!ACCESS.includes(access)) throw new FileError(`${path}: access of ${selector} is none of ${ACCESS.join(', ')}`);
  }
  return { ...policy, ...(rest as Partial<GatewayPolicy>), options: parseOptions(options) };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new FileError(`${path} cannot be read; is the path right?`);
  }
}
