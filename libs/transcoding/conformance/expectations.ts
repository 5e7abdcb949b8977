import { isDeepStrictEqual } from 'node:util';
import { type DescMessage, fromBinary, fromJson, type JsonValue, type Registry, toJson } from '@bufbuild/protobuf';
import type { Case, Expectation } from './case.ts';
import type { Received } from './fake-backend.ts';
import type { RawResponse } from './raw-http.ts';

const ACKED = new Set([102, 200, 201, 202, 204]);

/** What of a case did not come true; empty = passed. */
export function differences(
  test: Case,
  response: RawResponse,
  received: readonly Received[],
  registry: Registry,
): string[] {
  const { expect } = test;
  const problems: string[] = [];
  const check = (what: string, actual: unknown, expected: unknown) => {
    if (!isDeepStrictEqual(actual, expected)) problems.push(`${what}: ${show(actual)}, expected ${show(expected)}`);
  };
  outcome(test, response, received, check);
  if (!test.backend?.down) upstream(expect, received, registry, check);
  if (expect.status !== undefined) check('status', response.status, expect.status);
  for (const [name, value] of Object.entries(expect.headers ?? {}))
    check(`header ${name}`, response.headers[name.toLowerCase()], value);
  for (const name of expect.headers_present ?? [])
    check(`header ${name} present`, name.toLowerCase() in response.headers, true);
  for (const name of expect.headers_absent ?? [])
    check(`header ${name} present`, name.toLowerCase() in response.headers, false);
  body(expect, response.body.toString('utf8'), check);
  if (expect.pubsub) check('pubsub', ACKED.has(response.status) ? 'ack' : 'redeliver', expect.pubsub);
  return problems;
}

type Check = (what: string, actual: unknown, expected: unknown) => void;

function outcome({ expect, profile }: Case, response: RawResponse, received: readonly Received[], check: Check): void {
  const untranslated = received.length === 1 && received[0]?.method === undefined;
  if (expect.outcome === 'passthrough' || (expect.outcome === 'no-match' && profile === 'transcoder')) {
    check('went to the backend untranslated', untranslated, true);
    check('status', response.status, 415);
  } else if (expect.outcome === 'no-match') {
    check('status', response.status, 404);
    check('calls', received.length, 0);
  } else if (expect.outcome) check('calls', received.filter(({ messages }) => messages.length > 0).length, 0);
  if (expect.outcome === 'local') check('requests at the backend', received.length, 0);
}

function upstream(expect: Expectation, received: readonly Received[], registry: Registry, check: Check): void {
  const call = received.at(-1);
  if (expect.rpc) check('rpc', call?.method && `/${call.method.parent.typeName}/${call.method.name}`, expect.rpc);
  const input = call?.method?.input;
  if (call && input) {
    const json = call.messages.map((bytes) => toJson(input, fromBinary(input, bytes), { registry }));
    if (expect.grpc_messages) {
      check(
        'messages',
        json,
        expect.grpc_messages.map((message) => canonical(input, message, registry)),
      );
    }
    if (expect.grpc_first_message !== undefined) {
      const first = structuredClone(json[0] ?? null);
      dropData(first);
      check('first message', first, canonical(input, expect.grpc_first_message, registry));
    }
    if (expect.grpc_data_concat !== undefined) check('data', json.map(dataOf).join(''), expect.grpc_data_concat);
  }
  for (const [name, value] of Object.entries(expect.upstream_headers ?? {}))
    check(`upstream ${name}`, call?.headers[name.toLowerCase()], value);
  for (const name of expect.upstream_headers_present ?? [])
    check(`upstream ${name} present`, name.toLowerCase() in (call?.headers ?? {}), true);
}

function canonical(desc: DescMessage, json: JsonValue, registry: Registry): JsonValue {
  return toJson(desc, fromJson(desc, json, { registry }), { registry });
}

interface Nested {
  nested?: { content?: { data?: string } };
}

function dataOf(message: JsonValue): string {
  return Buffer.from((message as Nested)?.nested?.content?.data ?? '', 'base64').toString('utf8');
}

function dropData(message: JsonValue): void {
  const content = (message as Nested | null)?.nested?.content;
  if (content) delete content.data;
}

function body(expect: Expectation, text: string, check: Check): void {
  if (expect.body !== undefined) check('body', text, expect.body);
  if (expect.json_body !== undefined) check('body', json(text), expect.json_body);
  if (expect.json_contains !== undefined) {
    const found = json(text) as Record<string, unknown>;
    for (const [key, value] of Object.entries(expect.json_contains)) check(`body.${key}`, found?.[key], value);
  }
  for (const part of [expect.error_contains, expect.message_contains]) {
    if (part === undefined) continue;
    const message = (json(text) as { message?: string })?.message ?? text;
    if (!message.includes(part)) check('message', message, `...${part}...`);
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}
