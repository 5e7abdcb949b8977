import { currentCall } from '@kiban/grpc';
import type { Incoming } from './request-propagator.ts';

const HEADERS = ['traceparent', 'tracestate', 'baggage'];

/** What the gRPC call being answered came with. */
export function incomingCall(): Incoming | undefined {
  const call = currentCall();
  if (!call) return undefined;
  const found = HEADERS.map((name) => [name, call.metadata.get(name).join(',')] as const);
  return { requestId: call.requestId, headers: Object.fromEntries(found.filter(([, value]) => value !== '')) };
}
