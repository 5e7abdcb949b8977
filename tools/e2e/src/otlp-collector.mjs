// An OpenTelemetry collector in miniature: takes OTLP/HTTP in JSON at /v1/traces and answers GET /spans with what came.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp
import { createServer } from 'node:http';

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

/** Listens on a free port of 127.0.0.1. */
export async function startCollector() {
  const spans = [];
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.end(JSON.stringify(spans));
      return;
    }
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      spans.push(...spansOf(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

function spansOf({ resourceSpans = [] }) {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({
        service: valuesOf(resource.attributes)['service.name'],
        scope: scope.name,
        name: span.name,
        kind: KINDS[span.kind],
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId,
        links: (span.links ?? []).map(({ spanId }) => spanId),
        failed: span.status?.code === 2,
        attributes: valuesOf(span.attributes),
      })),
    ),
  );
}

function valuesOf(attributes = []) {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
