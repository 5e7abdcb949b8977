import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@kiban/testing';
import { ask } from '../src/rest.ts';
import { processes } from '../src/run-file.ts';
import { metricProblems, parseMetrics } from '../src/telemetry/metrics.ts';
import { renderDocs } from '../src/telemetry/render-docs.ts';
import { DOCS, readSchema } from '../src/telemetry/schema.ts';
import { collectedSpans, groupOf, type Span, spanProblems } from '../src/telemetry/spans.ts';

const schema = readSchema();
const TRACE = 'c0ffee7651916cd43dd8448eb211c803';
const CALLER = 'b7ad6b7169203331';
const REQUEST = 'telemetry-request-1';
let trace: Span[];

beforeAll(async () => {
  const created = await ask(
    'POST',
    '/v1/articles',
    { title: 'Traced' },
    {
      user: 'editor',
      roles: ['editor'],
      headers: { traceparent: `00-${TRACE}-${CALLER}-01`, 'x-request-id': REQUEST, baggage: 'tenant=blue' },
    },
  );
  expect(created.status).toBe(200);
  const complete = async () => {
    trace = (await collectedSpans()).filter(({ traceId }) => traceId === TRACE);
    const names = new Set(trace.map(({ service, name }) => `${service}: ${name}`));
    const last = ['content-similarity: process similarity-article', 'recommendation: process recommendation-article'];
    return [...last, 'gateway: POST /v1/articles', 'outbox-relay: send article'].every((name) => names.has(name));
  };
  await until(complete, { timeoutMs: 20_000, message: 'the spans of the consumers' });
}, 60_000);

/** The chain of `service: name` from a span up to the caller outside. */
function ancestry(service: string, name: string): string[] {
  const chain: string[] = [];
  let span = trace.find((each) => each.service === service && each.name === name);
  for (; span; span = trace.find(({ spanId }) => spanId === span?.parentSpanId)) {
    chain.push(`${span.service} ${span.kind} ${span.name}`);
    if (span.parentSpanId === CALLER) chain.push('the caller');
  }
  return chain;
}

const UP_TO_THE_EVENT = [
  'content producer create article',
  'content internal transaction content',
  'content server kiban.content.v1.ContentService/CreateArticle',
  'bff client kiban.content.v1.ContentService/CreateArticle',
  'bff server kiban.bff.v1.BffService/CreateArticle',
  'gateway client kiban.bff.v1.BffService/CreateArticle',
  'gateway server POST /v1/articles',
  'the caller',
];

describe('one POST of an article', () => {
  it("leads in one trace from the caller's span to the transaction of another service's consumer", () => {
    expect(ancestry('content-similarity', 'transaction similarity')).toEqual([
      'content-similarity internal transaction similarity',
      'content-similarity consumer process similarity-article',
      ...UP_TO_THE_EVENT,
    ]);
    expect(ancestry('recommendation', 'process recommendation-article')).toEqual([
      'recommendation consumer process recommendation-article',
      ...UP_TO_THE_EVENT,
    ]);
  });

  it('shows the hop through the outbox, linked to the span that made the event', () => {
    expect(ancestry('outbox-relay', 'send article')).toEqual(['outbox-relay client send article', ...UP_TO_THE_EVENT]);
    const made = trace.find(({ name }) => name === 'create article');
    const sent = trace.find(({ name }) => name === 'send article');
    expect(sent?.links).toContain(made?.spanId);
    const handled = trace.find(({ name }) => name === 'process similarity-article');
    expect(handled?.attributes['messaging.message.id']).toBe(made?.attributes['messaging.message.id']);
  });

  it('names its request in every service, the consumers too, by W3C baggage', () => {
    const named = trace.filter((span) => 'kiban.request_id' in span.attributes);
    expect(new Set(named.map(({ service }) => service))).toEqual(
      new Set(['gateway', 'bff', 'content', 'content-similarity', 'recommendation']),
    );
    expect(new Set(named.map(({ attributes }) => attributes['kiban.request_id']))).toEqual(new Set([REQUEST]));
  });

  it('makes statements the children of their transaction', () => {
    const inserts = trace.filter(({ name }) => name === 'INSERT similarity');
    expect(inserts.length).toBeGreaterThan(1);
    const transaction = trace.find(({ name }) => name === 'transaction similarity');
    expect(new Set(inserts.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([transaction?.spanId]));
  });
});

describe('the telemetry schema', () => {
  it('knows every span that the platform has made, and the platform makes every span of the schema', async () => {
    const spans = await collectedSpans();
    expect([...new Set(spanProblems(spans, schema.spans))]).toEqual([]);
    const seen = new Set(trace.map((span) => groupOf(span, schema.spans)?.id));
    // Jobs have traces of their own: apps/jobs/test/job-span.spec.ts.
    const here = schema.spans.map(({ id }) => id).filter((id) => id !== 'span.job');
    expect(here.filter((id) => !seen.has(id))).toEqual([]);
  });

  it('is equal to the metrics of every service', async () => {
    const services = processes().filter(({ name, addresses }) => addresses['ops'] && name !== 'pubsub-emulator');
    expect(new Set(services.map(({ name }) => name))).toEqual(
      new Set(['bff', 'content', 'content-similarity', 'gateway', 'outbox-relay', 'recommendation']),
    );
    const problems = await Promise.all(
      services.map(async ({ name, addresses }) => {
        const text = await (await fetch(`http://${addresses['ops']}/metrics`)).text();
        return metricProblems(name, parseMetrics(text), schema.metrics);
      }),
    );
    expect(problems.flat()).toEqual([]);
  });

  it('defines every attribute and label once, and what it names is used', () => {
    const defined = schema.attributes.map(({ id }) => id);
    expect(new Set(defined).size).toBe(defined.length);
    const used = [...schema.spans, ...schema.metrics].flatMap(({ attributes = [] }) =>
      attributes.map(({ ref }) => ref),
    );
    expect(new Set(used)).toEqual(new Set(defined));
  });

  it('is what docs/telemetry.md shows; `npm run telemetry-docs` writes it', () => {
    expect(readFileSync(join(DOCS, 'telemetry.md'), 'utf8')).toBe(renderDocs(schema));
  });
});
