import { invalid } from '../core/errors.ts';
import type { RawMessage } from '../core/message-codec.ts';
import { scanMessage } from '../core/message-codec.ts';
import { Reader } from '../core/wire-format.ts';

/** https://cloud.google.com/pubsub/quotas#resource_limits */
const MAX_REQUEST = 10 * 1024 * 1024;

/** A PublishRequest with its messages left encoded: publishing copies bytes and decodes only what it checks. */
export interface RawPublishRequest {
  readonly topic: string;
  /** Checked lazily, so that a bad message is answered with INVALID_ARGUMENT and not as a broken request. */
  messages(): RawMessage[];
}

// google.pubsub.v1.PublishRequest: topic = 1, messages = 2
export function readPublishRequest(bytes: Buffer): RawPublishRequest {
  const reader = new Reader(bytes, 0, bytes.length);
  const ranges: [number, number][] = [];
  let topic = '';
  while (!reader.done()) {
    const field = reader.tag();
    if (field > 2 || !reader.isBytes()) {
      reader.skip();
      continue;
    }
    const length = reader.length();
    if (field === 1) topic = reader.string(length);
    else {
      ranges.push([reader.position, reader.position + length]);
      reader.position += length;
    }
  }
  const messages = (): RawMessage[] => {
    if (bytes.length > MAX_REQUEST) {
      throw invalid(
        `The value for request_size is too large. You passed ${bytes.length} in the request, but the maximum value is ${MAX_REQUEST}.`,
      );
    }
    return ranges.map(([start, end], i) => scanMessage(bytes, start, end, i));
  };
  return { topic, messages };
}

/** PublishResponse: message_ids = 1. */
export function writePublishResponse(ids: readonly string[]): Buffer {
  let size = 0;
  for (const id of ids) size += 2 + id.length;
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  for (const id of ids) {
    out[at++] = 10;
    out[at++] = id.length;
    at += out.write(id, at, 'latin1');
  }
  return out;
}
