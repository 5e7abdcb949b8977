import { METHODS } from 'node:http';
import { redMetrics } from '@kiban/service/ops';
import type { AccessRecord } from '@kiban/transcoding';
import type { Registry } from 'prom-client';

/** A client may name any method, by X-HTTP-Method-Override: others share one label. */
const KNOWN: ReadonlySet<string> = new Set(METHODS);

/** Rate, errors and duration of each route. A route is the template, never the path: paths have no end and hold names. */
export function requestMetrics(registry: Registry): (record: AccessRecord) => void {
  const { handled, seconds } = redMetrics(registry, {
    prefix: 'http_server',
    what: 'Requests',
    labels: ['http_method', 'http_route'],
    outcome: 'http_status',
    by: 'by HTTP status; 499 when the client left',
  });
  return ({ method, template = 'none', status, durationMs }) => {
    const http_method = KNOWN.has(method) ? method : 'other';
    handled.inc({ http_method, http_route: template, http_status: status });
    seconds.observe({ http_method, http_route: template }, durationMs / 1000);
  };
}
