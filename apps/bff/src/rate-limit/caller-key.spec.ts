import { describe, expect, it } from '@jest/globals';
import { Metadata } from '@grpc/grpc-js';
import type { CallContext } from '@kiban/grpc';
import { callerKey } from './caller-key.ts';

function call(forwarded?: string, principal?: { subject: string; roles: string[] }): CallContext {
  const metadata = new Metadata();
  if (forwarded) metadata.set('x-forwarded-for', forwarded);
  return { metadata, peer: '10.0.0.1:4711', ...(principal && { principal }) } as unknown as CallContext;
}

describe('callerKey', () => {
  it('is the user of a token, wherever the call comes from', () => {
    expect(callerKey(call('192.0.2.1', { subject: 'alice', roles: [] }))).toBe('user:alice');
  });

  it('is the address that the gateway saw, not the ones that a client claims', () => {
    expect(callerKey(call('198.51.100.7, 192.0.2.1'))).toBe('address:192.0.2.1');
  });

  it('is the address of the connection without a gateway, whatever its port', () => {
    expect(callerKey(call())).toBe('address:10.0.0.1');
  });

  it.each(['ingest', 'editor', 'admin'])('is nobody for the role %s: it is not limited', (role) => {
    expect(callerKey(call(undefined, { subject: 'bulk', roles: [role] }))).toBeUndefined();
  });
});
