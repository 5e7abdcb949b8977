import { expect, it } from '@jest/globals';
import { topology } from '../src/catalog/topology.ts';
import { findEvent } from '../src/define-event.ts';
import { describePayload } from '../cli/describe-payload.ts';

// Imports no event itself: the command line has to know them all.
it.each([
  ['ArticlePublished', 'article'],
  ['ArticleUpdated', 'article'],
  ['ArticleDeleted', 'article'],
  ['InteractionRecorded', 'interaction'],
  ['UserErased', 'interaction'],
  ['PushScheduled', 'push'],
  ['PushCancelled', 'push'],
])('decodes %s', (name, topic) => {
  const type = `kiban.events.v1.${name}`;
  expect(describePayload({ 'ce-type': type }, new Uint8Array())).toBe('{}');
  expect(findEvent(type)?.topic).toBe(topic);
  expect(topology.topics).toHaveProperty(topic);
});

it('shows bytes of an unknown type', () => {
  expect(describePayload({ 'ce-type': 'a.B' }, new Uint8Array([1, 2]))).toBe('2 bytes of unknown type a.B: 0102');
});
