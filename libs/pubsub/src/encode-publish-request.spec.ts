import { describe, expect, it } from '@jest/globals';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { PublishRequestSchema } from '@kiban/contracts/google/pubsub/v1';
import { encodePublishRequest } from './encode-publish-request.ts';

describe('encodePublishRequest', () => {
  it('writes what the generated encoder writes', () => {
    const messages = [
      { data: new Uint8Array([1, 2, 3]), attributes: { a: '1', 'ce-id': 'ü' }, orderingKey: 'k' },
      { data: new Uint8Array(300), attributes: {}, orderingKey: '' },
    ];
    const bytes = encodePublishRequest('projects/p/topics/t', messages);
    const expected = create(PublishRequestSchema, { topic: 'projects/p/topics/t', messages });
    expect(fromBinary(PublishRequestSchema, bytes)).toEqual(
      fromBinary(PublishRequestSchema, toBinary(PublishRequestSchema, expected)),
    );
  });
});
