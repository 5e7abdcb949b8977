import { create, setExtension } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema, MethodOptionsSchema } from '@bufbuild/protobuf/wkt';
import { expect, test } from '@jest/globals';
import { descriptorSet } from '@kiban/contracts';
import { http, HttpRuleSchema } from '@kiban/contracts/google/api';
import { genericPolicy, kibanPolicy, lint } from '../src/index.ts';
import type { GatewayPolicy } from '../src/index.ts';

type Rule = Parameters<typeof create<typeof HttpRuleSchema>>[1];

const SERVICE = 'lint.Probe';
const policy: GatewayPolicy = {
  ...kibanPolicy,
  services: [SERVICE],
  access: { [`${SERVICE}.M0`]: 'public', [`${SERVICE}.M1`]: 'public' },
  options: {},
};

/** A service whose methods take and return google.rpc.Status. */
function setWith(rules: Rule[]): FileDescriptorSet {
  const method = rules.map((rule, index) => {
    const options = create(MethodOptionsSchema);
    setExtension(options, http, create(HttpRuleSchema, rule));
    return { name: `M${index}`, inputType: '.google.rpc.Status', outputType: '.google.rpc.Status', options };
  });
  const file = create(FileDescriptorSetSchema, {
    file: [
      {
        name: 'lint/probe.proto',
        package: 'lint',
        syntax: 'proto3',
        dependency: ['google/rpc/status.proto', 'google/api/annotations.proto'],
        service: [{ name: 'Probe', method }],
      },
    ],
  });
  return create(FileDescriptorSetSchema, { file: [...descriptorSet().file, ...file.file] });
}

function problems(...rules: Rule[]): string[] {
  const access = Object.fromEntries(rules.map((_, index) => [`${SERVICE}.M${index}`, 'public' as const]));
  return lint(setWith(rules), { ...policy, access });
}

const get = (value: string) => ({ case: 'get' as const, value });
const post = (value: string) => ({ case: 'post' as const, value });

test('a good rule has no problem', () => {
  expect(problems({ pattern: get('/v1/probe/{code}') })).toEqual([]);
});

test.each([
  ['a bad template', [{ pattern: get('/v1/{code') }], /position/],
  ['a duplicate', [{ pattern: get('/v1/{code}') }, { pattern: get('/v1/{message}') }], /matches the same requests/],
  ['an annotated default path', [{ pattern: post(`/${SERVICE}/M0`), body: '*' }], /matches the same requests/],
  ['a response_body that is no HttpBody', [{ pattern: get('/v1'), responseBody: 'code' }], /non-HttpBody/],
  ['an unknown response_body', [{ pattern: get('/v1'), responseBody: 'nope' }], /Could not find field "nope"/],
  ['an unknown body field', [{ pattern: post('/v1'), body: 'nope' }], /Could not find field "nope"/],
  ['an unknown path variable', [{ pattern: get('/v1/{nope}') }], /Could not find field "nope"/],
  ['a path variable that the body can overrule', [{ pattern: post('/v1/{code}'), body: '*' }], /overrule/],
])('%s is a problem', (_, rules, expected) => {
  expect(problems(...(rules as Rule[])).join('\n')).toMatch(expected);
});

test('a method that nobody decided on is a problem', () => {
  const set = setWith([{ pattern: get('/v1') }]);
  expect(lint(set, { ...policy, access: {} }).join('\n')).toMatch(/neither an auth rule nor "public"/);
  expect(
    lint(set, genericPolicy(set, { services: [SERVICE], backend: 'b:1', allowUnauthenticated: false })).length,
  ).toBe(1);
});

test('missing error details are a problem', () => {
  const set = setWith([{ pattern: get('/v1') }]);
  const without = create(FileDescriptorSetSchema, {
    file: set.file.filter(({ name }) => name !== 'google/rpc/error_details.proto'),
  });
  expect(lint(without, { ...policy, access: { [`${SERVICE}.M0`]: 'public' } }).join('\n')).toMatch(/error_details/);
});
