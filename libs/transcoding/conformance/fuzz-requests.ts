/** A source of choices that a seed repeats. */
export interface Chooser {
  /** 0 to n - 1. */
  number(n: number): number;
  of<T>(values: readonly T[]): T;
  chance(probability: number): boolean;
}

/** https://en.wikipedia.org/wiki/Linear_congruential_generator with the numbers of Numerical Recipes */
export function chooser(seed: number): Chooser {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    number: (n) => Math.floor(next() * n),
    of: <T>(values: readonly T[]) => values[Math.floor(next() * values.length)] as T,
    chance: (probability) => next() < probability,
  };
}

export interface HostileRequest {
  readonly bytes: Buffer;
  /** Where the bytes are cut into separate writes. */
  readonly cuts: readonly number[];
  /** Whether the client closes its half afterwards. */
  readonly halfClose: boolean;
}

const METHODS = ['GET', 'GET', 'POST', 'POST', 'PATCH', 'DELETE', 'PUT', 'HEAD', 'OPTIONS', 'get', 'BREW', 'QUERY'];
const SEGMENTS = [
  'a',
  '%2F',
  '%00',
  '%',
  '%zz',
  '..',
  '.',
  '',
  '%2e%2e',
  ':',
  'a:b',
  ':search',
  '*',
  '**',
  '{x}',
  'é',
  '+',
  '%C3%28',
  'a'.repeat(3000),
];
const FIELDS = [
  'pageSize',
  'page_size',
  'filter',
  'name',
  'article.name',
  'articleId',
  'updateMask',
  'parent',
  'nope',
  'a.b.c',
  '__proto__',
  'constructor',
  'article',
  'interaction.type',
  'message.attributes.key',
  'message.publishTime',
  '',
];
const VALUES = [
  '1',
  '-1',
  '99999999999999999999',
  '1e3',
  'NaN',
  'true',
  '%00',
  '%',
  'x',
  '',
  '+',
  '%F0%9F%98%80',
  '2026-01-01T00:00:00Z',
  '{"a":1}',
  'a,b.c,d(e,f)',
  '((',
  'AAAA',
  '=',
];
const HEADERS = [
  'content-type: application/json',
  'content-type: application/grpc',
  'content-type: text/plain',
  'accept: text/event-stream',
  'accept-encoding: gzip, br',
  'x-http-method-override: GET',
  'x-http-method-override: \u0001',
  'expect: 100-continue',
  'te: trailers',
  'connection: x-a, close',
  'upgrade: h2c',
  'x_y: 1',
  'grpc-timeout: 1n',
  'authorization: Bearer a.b.c',
  'origin: null',
  'access-control-request-method: GET',
  'if-none-match: *',
  'x-bin: \u00ff',
  'traceparent: junk',
  ':path: /evil',
  'content-encoding: gzip',
  'x-forwarded-for: ,,,',
];
const SCALARS = [
  '1',
  '-0',
  '1e400',
  '9223372036854775808',
  '"x"',
  '"\\u0000"',
  '"\\ud800"',
  'true',
  'null',
  '[]',
  '{}',
  '[[[]]]',
  '"2026-13-01T00:00:00Z"',
  '"-1s"',
  'NaN',
  "'q'",
  '01',
];

/** One request that no honest client sends, or only nearly. */
export function hostileRequest(choose: Chooser, templates: readonly string[]): HostileRequest {
  const path = choose.chance(0.7) ? templatePath(choose, choose.of(templates)) : randomPath(choose);
  const body = choose.chance(0.6) ? bodyText(choose) : '';
  const lines = [`${choose.of(METHODS)} ${path}${query(choose)} HTTP/1.1`];
  if (!choose.chance(0.02)) lines.push('host: x');
  for (let count = choose.number(5); count > 0; count--) lines.push(choose.of(HEADERS));
  if (choose.chance(0.01)) for (let count = 0; count < 200; count++) lines.push(`x-${count}: y`);
  if (!choose.chance(0.05)) lines.push('connection: close');
  const encoded = Buffer.from(body);
  const chunked = choose.chance(0.3);
  if (chunked) lines.push('transfer-encoding: chunked');
  else if (body || choose.chance(0.3))
    lines.push(`content-length: ${encoded.length + (choose.chance(0.03) ? choose.number(9) - 3 : 0)}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, choose.chance(0.5) ? 'latin1' : 'utf8');
  const bytes = Buffer.concat([head, chunked ? chunks(choose, encoded) : encoded]);
  return {
    bytes,
    cuts: Array.from({ length: choose.number(4) }, () => choose.number(bytes.length)).sort((a, b) => a - b),
    halfClose: choose.chance(0.1),
  };
}

function templatePath(choose: Chooser, template: string): string {
  return template
    .replace(/\{[^=}]*(?:=([^}]*))?\}/g, (_, pattern: string | undefined) => pattern ?? '*')
    .replace(/\*+/g, () => (choose.chance(0.6) ? 'x1' : choose.of(SEGMENTS)));
}

function randomPath(choose: Chooser): string {
  return `/${Array.from({ length: choose.number(7) }, () => choose.of(['v1', 'articles', 'users', ...SEGMENTS])).join('/')}`;
}

function query(choose: Chooser): string {
  if (choose.chance(0.4)) return '';
  const pairs = Array.from(
    { length: choose.number(6) },
    () => `${choose.of(FIELDS)}${choose.of(['=', '=', '=', '', '=='])}${choose.of(VALUES)}`,
  );
  return `?${pairs.join(choose.of(['&', '&&', '&', ';']))}`;
}

function bodyText(choose: Chooser): string {
  const text = json(choose, 0);
  if (choose.chance(0.7)) return text;
  const at = choose.number(text.length + 1);
  return (
    text.slice(0, at) +
    choose.of(['', ',', '}', ']', '"', '\\', '\u0000', '{'.repeat(300), '\ufeff', 'x'.repeat(60_000)]) +
    text.slice(at + choose.number(3))
  );
}

function json(choose: Chooser, depth: number): string {
  if (depth > 4 || choose.chance(0.3)) return choose.of(SCALARS);
  if (choose.chance(0.3))
    return `[${Array.from({ length: choose.number(4) }, () => json(choose, depth + 1)).join(',')}]`;
  const names = [
    'title',
    'tags',
    'name',
    'createTime',
    'create_time',
    'requests',
    'article',
    'message',
    'attributes',
    'type',
    '__proto__',
    '@type',
    '',
  ];
  return `{${Array.from({ length: choose.number(5) }, () => `"${choose.of(names)}":${json(choose, depth + 1)}`).join(',')}}`;
}

function chunks(choose: Chooser, body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const size = Math.min(body.length - at, 1 + choose.number(choose.chance(0.5) ? 3000 : 40_000));
    parts.push(Buffer.from(`${size.toString(16)}\r\n`), body.subarray(at, at + size), Buffer.from('\r\n'));
    at += size;
  }
  parts.push(Buffer.from(choose.chance(0.05) ? '0\r\n' : '0\r\n\r\n'));
  return Buffer.concat(parts);
}
