import { METHODS } from 'node:http';
import { redMetrics, type RedSeries } from '@kiban/service/ops';
import type { AccessRecord } from '@kiban/transcoding';
import type { Registry } from 'prom-client';

/** A client may name any method, by X-HTTP-Method-Override: others share one label. */
const KNOWN: ReadonlySet<string> = new Set(METHODS);

/** Rate, errors and duration of each route. A route is the template, never the path: paths have no end and hold names. */
export function requestMetrics(registry: Registry): (record: AccessRecord) => void {
  const labels = ['http_method', 'http_route'];
  const by = 'by HTTP status; 499 when the client left';
  const open = redMetrics(registry, { prefix: 'http_server', what: 'Requests', labels, outcome: 'http_status', by });
  const routes = new Map<string, Map<string, RedSeries>>();
  return ({ method, template = 'none', status, durationMs }) => {
    const known = KNOWN.has(method) ? method : 'other';
    let methods = routes.get(template);
    if (!methods) routes.set(template, (methods = new Map()));
    let found = methods.get(known);
    if (!found) methods.set(known, (found = open(known, template)));
    found.ended(status, durationMs / 1000);
  };
}
