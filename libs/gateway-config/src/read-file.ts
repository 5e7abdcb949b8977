import { readFileSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

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

/** @throws FileError when the file is missing or no JSON */
export function readJson(path: string): unknown {
  const text = read(path).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FileError(`${path} is no JSON: ${(error as Error).message}`);
  }
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new FileError(`${path} cannot be read; is the path right?`);
  }
}
