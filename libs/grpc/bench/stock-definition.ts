import { create, type DescFile, type DescService, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';

/** What proto-loader (protobufjs) makes of a service: the codec of stock Nest. */
export function stockDefinition(service: DescService) {
  const files = create(FileDescriptorSetSchema, { file: closure(service.file).map(({ proto }) => proto) });
  return loadFileDescriptorSetFromBuffer(Buffer.from(toBinary(FileDescriptorSetSchema, files)));
}

/** A file behind everything it imports. */
function closure(root: DescFile): DescFile[] {
  return [...new Set([...root.dependencies.flatMap(closure), root])];
}
