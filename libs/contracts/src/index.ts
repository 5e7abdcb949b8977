import { fromBinary } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSetBase64 } from '../gen/descriptor-set.js';

/**
 * proto/ and everything it imports, with comments of our files only: what gateways are configured from and OpenAPI is made
 * from. Parsed anew on each call.
 */
export function descriptorSet(): FileDescriptorSet {
  return fromBinary(FileDescriptorSetSchema, Buffer.from(descriptorSetBase64, 'base64'));
}
