import { DURATION_BUCKETS } from '@kiban/service/ops';
import type { AccessRecord } from '@kiban/transcoding';
import { Counter, Histogram, type Registry } from 'prom-client';

/** Rate, errors and duration of each route. A route is the template, never the path: paths have no end and hold names. */
export function requestMetrics(registry: Registry): (record: AccessRecord) => void {
  const handled = new Counter({
    name: 'http_server_handled_total',
    help: 'Requests that ended, by HTTP status; 499 when the client left.',
    labelNames: ['http_method', 'http_route', 'http_status'] as const,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'http_server_handling_seconds',
    help: 'How long requests took.',
    labelNames: ['http_method', 'http_route'] as const,
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
  return ({ method, template = 'none', status, durationMs }) => {
    const labels = { http_method: method, http_route: template };
    handled.inc({ ...labels, http_status: status });
    seconds.observe(labels, durationMs / 1000);
  };
}
