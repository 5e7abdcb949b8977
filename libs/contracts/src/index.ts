import { fromBinary } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSetBase64 } from '../gen/descriptor-set.js';

/** The serialized google.protobuf.FileDescriptorSet of proto/ and everything it imports; comments of our files only. */
export function descriptorSetBytes(): Uint8Array {
  return Buffer.from(descriptorSetBase64, 'base64');
}

/** The descriptor set that gateways are configured from and OpenAPI is made from. Parsed anew on each call. */
export function descriptorSet(): FileDescriptorSet {
  return fromBinary(FileDescriptorSetSchema, descriptorSetBytes());
}
