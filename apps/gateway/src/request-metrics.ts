import { redMetrics } from '@kiban/service/ops';
import type { AccessRecord } from '@kiban/transcoding';
import type { Registry } from 'prom-client';

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
    const labels = { http_method: method, http_route: template };
    handled.inc({ ...labels, http_status: status });
    seconds.observe(labels, durationMs / 1000);
  };
}
