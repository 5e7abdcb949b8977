import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { ByteWriter } from './byte-writer.ts';
import { messageEncoder } from './message-encoder.ts';

let spare: ByteWriter | undefined;

/**
 * The bytes of a message, given as a message or as its initializer: what `toBinary(schema, create(schema, value))` of
 * protobuf-es makes, to the byte, in a third of the time. An initializer is written as it is, without the message that
 * create() would copy it to, and into a buffer that is used again. What is uncommon goes the way of protobuf-es, and so does
 * every value that it may have to refuse, so that errors are its own.
 */
export function encode<D extends DescMessage>(schema: D, value: MessageInitShape<D>): Buffer {
  const write = messageEncoder(schema);
  if (write) {
    const writer = spare ?? new ByteWriter();
    spare = undefined; // a getter of `value` may encode something itself
    try {
      write(writer, value as Record<string, unknown>);
      return writer.finish();
    } catch {
      writer.reset();
    } finally {
      spare = writer;
    }
  }
  const bytes = toBinary(schema, create(schema, value)); // create() returns a message of this schema as it is
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
