import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import type { Chooser } from '../fuzz-requests.ts';
import { type MethodPlan, takesStream } from '../../src/rules/method-plan.ts';
import { jsonFor, jsonMessage, textFor } from './values.ts';

/** A request as it goes over the socket. */
export interface GeneratedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** The same in pieces. */
  readonly chunks?: readonly Buffer[];
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'BREW'];
const STRANGE_PATHS = [
  '/',
  '/v1',
  '/v1/',
  '//v1/shapes',
  '/v1/nope',
  '/v1/shapes/..',
  '/V1/shapes',
  '/v1/shapes//',
  '/*',
];
const NAMES = ['page', 'nope', 'name.x', 'inner', 'inner.nope', 'inner.child.id', 'labels.a', 'key', 'api_key', ''];
const ENDS = ['&', '&&', '&=', '&nope', '?', '&a=b=c', '%26name=x', '&%'];

/** One request by the grammar of the rules: mostly what a client would send, always with something odd to choose. */
export function generateRequest(choose: Chooser, plans: readonly MethodPlan[]): GeneratedRequest {
  const plan = choose.of(plans);
  const method = choose.chance(0.08)
    ? choose.of(METHODS)
    : plan.httpMethod === '*'
      ? choose.of(METHODS)
      : plan.httpMethod;
  const path = choose.chance(0.03) ? choose.of(STRANGE_PATHS) : pathOf(choose, plans, plan);
  const body = bodyOf(choose, plan);
  const query = queryOf(choose, plan.method.input);
  const headers = headersOf(choose, plan, body !== undefined);
  // How a stream of bytes is cut into messages is everybody's own.
  const cut = body && !(plan.httpBodyIn && takesStream(plan)) && choose.chance(0.15);
  return { method, path: path + query, headers, ...(cut ? { chunks: pieces(choose, body) } : body && { body }) };
}

function pieces(choose: Chooser, body: Buffer): Buffer[] {
  const cuts = Array.from({ length: 1 + choose.number(4) }, () => choose.number(body.length + 1)).sort((a, b) => a - b);
  const ends = [...cuts, body.length];
  // A chunk without bytes would be the last one.
  return ends.map((end, index) => body.subarray(ends[index - 1] ?? 0, end)).filter((piece) => piece.length > 0);
}

function pathOf(choose: Chooser, plans: readonly MethodPlan[], plan: MethodPlan): string {
  const {
    path: { segments, verb, variables },
    pathFields,
  } = plan;
  const parts = segments.flatMap((segment, at) => {
    if (segment !== '*' && segment !== '**') return [segment];
    const index = variables.findIndex(({ start, end }) => at >= start && (end < 0 || at < end));
    const variable = variables[index];
    // A variable of several segments is a name, one of a single segment a value of its field.
    const field = variable && variable.end - variable.start === 1 ? pathFields[index]?.at(-1) : undefined;
    const one = () => escape(choose, textFor(choose, field));
    if (segment === '*') return [one()];
    return Array.from({ length: choose.number(4) }, one);
  });
  const end = verb ? `:${verb}` : '';
  const tail = choose.chance(0.05)
    ? choose.of(['/', '//', ':', ':nope', '/x', '%2F', '%3Averb', '/:', '?', `:${choose.of(plans).path.verb}`])
    : '';
  return `/${parts.join('/')}${end}${tail}`;
}

/** Escapes as encodeURIComponent, or less, or more, or wrongly. */
function escape(choose: Chooser, text: string): string {
  const encoded = encodeURIComponent(text);
  if (choose.chance(0.7)) return encoded;
  return choose.of([
    () => encodeURI(text).replace(/[?#]/g, ''),
    () => Buffer.from(text).toString('hex').replace(/../g, '%$&'),
    () => encoded.toLowerCase(),
    () => `${encoded}%`,
    () => `${encoded}%2`,
    () => `${encoded}%zz`,
    () => `%2F${encoded}`,
    () => `${encoded}%2f%3A%3a`,
    () => `${encoded}+b`,
    () => `${encoded}%C3%28`,
    () => `%25${encoded}`,
    () => `${encoded};x=1`,
  ])();
}

function queryOf(choose: Chooser, input: DescMessage): string {
  if (choose.chance(0.35) || input.fields.length === 0) return '';
  const pairs = Array.from({ length: 1 + choose.number(3) }, () => parameter(choose, input));
  if (choose.chance(0.15)) pairs.push(choose.of(pairs));
  const end = choose.chance(0.05) ? choose.of(ENDS) : '';
  return `?${pairs.join(choose.chance(0.05) ? choose.of(['&&', ';']) : '&')}${end}`;
}

function parameter(choose: Chooser, input: DescMessage): string {
  const names: string[] = [];
  let field: DescField | undefined;
  let desc: DescMessage | undefined = input;
  do {
    field = choose.of(desc.fields);
    names.push(choose.chance(0.5) ? field.name : field.jsonName);
    desc = field.fieldKind === 'message' ? field.message : undefined;
  } while (desc && desc.fields.length > 0 && (!desc.typeName.startsWith('google.protobuf.') || choose.chance(0.1)));
  const name = choose.chance(0.04) ? choose.of(NAMES) : names.join('.');
  const odd = choose.chance(0.04);
  const written = odd
    ? choose.of([
        `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`,
        name.toUpperCase(),
        `${name}[]`,
        ` ${name}`.replace(' ', '%20'),
      ])
    : name;
  if (choose.chance(0.02)) return choose.of([written, `${written}==`, `=${written}`]);
  return `${written}=${escape(choose, textFor(choose, field))}`;
}

function bodyOf(choose: Chooser, plan: MethodPlan): GeneratedRequest['body'] {
  const wants = plan.body !== '';
  if (choose.chance(wants ? 0.05 : 0.93)) return undefined;
  if (plan.httpBodyIn) {
    const large = 'x'.repeat(takesStream(plan) ? 3_000 : choose.of([3_000, 1_100_000]));
    return Buffer.from(choose.of(['', 'raw', '{"a":1}', '\u0000\u00ff', large]), 'latin1');
  }
  const field = plan.bodyFields.at(-1);
  const one = () => (field ? jsonFor(choose, field, 0) : jsonMessage(choose, plan.method.input, 0));
  const long = (field ? field.message : plan.method.input)?.fields.find(isText);
  if (long && !takesStream(plan) && field?.fieldKind !== 'list' && choose.chance(0.02)) {
    return Buffer.from(`{"${long.name}":"${'x'.repeat(choose.of([1_000, 3_000, 1_100_000]))}"}`);
  }
  const text = takesStream(plan) ? `[${Array.from({ length: choose.number(3) }, one).join(',')}]` : one();
  return Buffer.from(choose.chance(0.12) ? spoil(choose, text) : text);
}

function isText(field: DescField): boolean {
  return field.fieldKind === 'scalar' && field.scalar === ScalarType.STRING;
}

/** JSON that is none, or that only some take for it. */
function spoil(choose: Chooser, text: string): string {
  const at = choose.number(text.length + 1);
  return choose.of([
    () => '',
    () => ' ',
    () => text.slice(0, at),
    () => text + choose.of(['}', ' x', ',', '{}', '\n\n']),
    () => text.replace(/([}\]])$/, ',$1'),
    () => text.replaceAll('"', "'"),
    () => text.replace(/"(\w+)":/g, '$1:'),
    () => text.replace(/^\{"(\w+)":([^,{}[\]]*)/, '{"$1":$2,"$1":$2'),
    () => '{"inner":'.repeat(choose.of([20, 99, 120])) + '{}' + '}'.repeat(choose.of([20, 99, 120])),
    () => '{"inner":{"child":'.repeat(30) + '{}' + '}}'.repeat(30),
    () => `\ufeff${text}`,
    () => `[${text}]`,
    () => `// c\n${text}`,
    () => `${text.slice(0, at)}\u0000${text.slice(at)}`,
    () => text.replace(/:/, ' : ').replace(/,/, '\n,\t'),
    () =>
      choose.of(['null', '1', '"x"', 'true', '[]', '{', '}', '[', 'nul', '{"name":"\\ud800"}', '{"name":"\\u00e9"}']),
  ])();
}

function headersOf(choose: Chooser, { httpBodyIn }: MethodPlan, hasBody: boolean): Record<string, string> {
  const headers: Record<string, string> = {};
  if (hasBody || choose.chance(0.2)) {
    const name = choose.of(['content-type', 'Content-Type', 'CONTENT-TYPE']);
    headers[name] = choose.chance(0.85)
      ? httpBodyIn
        ? 'image/png'
        : 'application/json'
      : choose.of([
          'text/plain',
          'application/json; charset=utf-8',
          'application/x-www-form-urlencoded',
          '',
          'application/grpc',
          'application/grpc-web',
          'application/grpc+json',
          'application/grpc+proto',
          'Application/GRPC',
          'application/json+grpc',
          'multipart/form-data; boundary=x',
          'image/svg+xml; charset="utf-8"',
        ]);
  }
  if (choose.chance(0.1)) headers['Authorization'] = 'Bearer x.y.z';
  if (choose.chance(0.1)) headers['X-Custom'] = choose.of(['a', 'A, b', '']);
  if (choose.chance(0.03)) headers['grpc-timeout'] = choose.of(['5S', '1H', 'junk']);
  if (choose.chance(0.03)) headers['x-data-bin'] = 'AAAA';
  if (choose.chance(0.03)) headers['te'] = 'trailers';
  if (choose.chance(0.03)) headers['accept'] = choose.of(['text/event-stream', 'application/json', 'image/*']);
  if (choose.chance(0.02)) headers['x-http-method-override'] = choose.of(METHODS);
  if (choose.chance(0.02)) headers['content-encoding'] = choose.of(['gzip', 'identity', 'br']);
  if (choose.chance(0.02)) headers['accept-encoding'] = 'gzip, br';
  if (choose.chance(0.02)) headers['grpc-encoding'] = 'gzip';
  if (choose.chance(0.02)) headers['grpc-accept-encoding'] = 'gzip';
  if (choose.chance(0.02)) headers['cookie'] = 'a=b; c=d';
  if (choose.chance(0.02)) headers['user-agent'] = 'probe/1.0';
  return headers;
}
