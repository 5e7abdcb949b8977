import { performance } from 'node:perf_hooks';
import type { Exchange } from './context.ts';
import type { AccessRecord } from './settings.ts';

/** What the access log says of an exchange that is over. */
export function accessRecord(exchange: Exchange, status: number, traceId: string | undefined): AccessRecord {
  const { method, template, rpc, requestId, bytes, started } = exchange;
  const durationMs = Math.round((performance.now() - started) * 100) / 100;
  // One shape for all: metrics and logs read it for each request.
  return { method, template, rpc, status, durationMs, requestId, traceId, bytes };
}
