import { create, setExtension } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema, MethodOptionsSchema } from '@bufbuild/protobuf/wkt';
import { http, type HttpRule, HttpRuleSchema } from '@kiban/contracts/google/api';
import { DEFAULT_OPTIONS, ESPV2_OPTIONS, loadApi, parseTemplate } from '../src/index.ts';
import type { Case } from './case.ts';

const SERVICE = 'conformance.Probe';

/** Runs a case about set-ups: what is wrong; empty = passed. */
export function configDifferences(test: Case, base: FileDescriptorSet): string[] {
  const failure = failureOf(() => (test.template === undefined ? setUp(test.http_rule ?? '', base) : parse(test)));
  const { config, message_contains: part } = test.expect;
  if (config === 'accept') return failure === undefined ? [] : [failure];
  if (failure === undefined) return ['accepted, expected a refusal'];
  return part && !failure.includes(part) ? [`refused with "${failure}", expected "${part}"`] : [];
}

function failureOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function parse({ template = '', expect }: Case): void {
  const { segments, verb, variables } = parseTemplate(template);
  const found = {
    segments,
    verb,
    variables: variables.map(({ fieldPath, start, end }) => [fieldPath.join('.'), start, end]),
  };
  const { segments: s = found.segments, verb: v = found.verb, variables: w = found.variables } = expect;
  const wanted = { segments: s, verb: v, variables: w };
  if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`parsed as ${JSON.stringify(found)}`);
}

/** Builds what the rule's words describe and loads it. */
function setUp(words: string, base: FileDescriptorSet): void {
  const espv2 = { ...DEFAULT_OPTIONS, ...ESPV2_OPTIONS };
  if (/service/i.test(words) && /not in|unknown|missing/i.test(words)) {
    loadApi(base, ['no.such.Service'], espv2);
    return;
  }
  if (/descriptor/i.test(words)) {
    loadApi(
      create(FileDescriptorSetSchema, { file: base.file.filter((file) => !file.name.startsWith('google/')) }),
      undefined,
      espv2,
    );
    return;
  }
  const rules = ruleOf(words).map((rule) => create(HttpRuleSchema, rule));
  loadApi(probe(base, rules), [SERVICE], espv2);
}

type Rule = Pick<HttpRule, 'pattern'> & Partial<Pick<HttpRule, 'body' | 'responseBody'>>;

function ruleOf(words: string): Rule[] {
  const get = (value: string): HttpRule['pattern'] => ({ case: 'get', value });
  const post = (value: string): HttpRule['pattern'] => ({ case: 'post', value });
  if (/response_body/.test(words))
    return [{ pattern: get('/probe'), responseBody: /unknown/i.test(words) ? 'nope' : 'code' }];
  if (/duplicate|twice|same/i.test(words)) return [{ pattern: get('/probe') }, { pattern: get('/probe') }];
  if (/Service\/Method|default/i.test(words)) return [{ pattern: post(`/${SERVICE}/M0`), body: '*' }];
  if (/body/i.test(words)) return [{ pattern: post('/probe'), body: 'nope' }];
  if (/variable|field|binding/i.test(words)) return [{ pattern: get('/probe/{nope}') }];
  return [{ pattern: get('/probe/{unclosed') }];
}

/** A service with one method for each rule, from google.rpc.Status to itself. */
function probe(base: FileDescriptorSet, rules: readonly HttpRule[]): FileDescriptorSet {
  const method = rules.map((rule, index) => {
    const options = create(MethodOptionsSchema);
    setExtension(options, http, rule);
    return { name: `M${index}`, inputType: '.google.rpc.Status', outputType: '.google.rpc.Status', options };
  });
  const extra = create(FileDescriptorSetSchema, {
    file: [
      {
        name: 'conformance/probe.proto',
        package: 'conformance',
        syntax: 'proto3',
        dependency: ['google/rpc/status.proto', 'google/api/annotations.proto'],
        service: [{ name: 'Probe', method }],
      },
    ],
  });
  return create(FileDescriptorSetSchema, { file: [...base.file, ...extra.file] });
}
