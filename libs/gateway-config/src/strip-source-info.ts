import { clearField, clone, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** The bytes of a descriptor set without comments: a ConfigMap holds 1 MiB. */
export function bareDescriptorSet(descriptorSet: FileDescriptorSet): Uint8Array {
  const bare = clone(FileDescriptorSetSchema, descriptorSet);
  for (const file of bare.file) clearField(file, FileDescriptorProtoSchema.field.sourceCodeInfo);
  return toBinary(FileDescriptorSetSchema, bare);
}
