import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { ServiceError } from '@kiban/grpc';
import { toMicros } from '../articles/micros.ts';

/** One term of a filter; all of them must hold. */
export type Term =
  | { field: 'tag' | 'language'; operator: '='; value: string }
  /** `value` in microseconds since 1970. */
  | { field: 'create_time'; operator: '>=' | '<'; value: bigint };

const MAX_TERMS = 20;
const TOKEN = /\s*(?:([A-Za-z_][A-Za-z_0-9]*)|(>=|<=|!=|=|<|>|:)|"((?:[^"\\]|\\.)*)"|(\S))/y;
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,9}))?(?:Z|[+-]\d\d:\d\d)$/;

type Token = { kind: 'word' | 'operator' | 'string' | 'other'; text: string; at: number };

/**
 * Reads a filter: terms joined by AND, each `tag = "x"`, `language = "x"`, `create_time >= "RFC 3339 time"` or
 * `create_time < "RFC 3339 time"`. No terms when empty. A subset of https://google.aip.dev/160.
 * Throws INVALID_ARGUMENT naming filter and the character where it stops making sense.
 */
export function parseFilter(text: string): Term[] {
  const tokens = tokenize(text);
  const terms: Term[] = [];
  for (let i = 0; i < tokens.length; i += 3) {
    if (i > 0) {
      const and = tokens[i]!;
      if (and.kind !== 'word' || and.text.toUpperCase() !== 'AND') fail('expected AND between terms', and.at);
      i += 1;
    }
    if (terms.length === MAX_TERMS) fail(`at most ${MAX_TERMS} terms`, tokens[i]?.at ?? text.length);
    terms.push(parseTerm(tokens.slice(i, i + 3), text.length));
  }
  return terms;
}

function parseTerm([field, operator, value]: Token[], end: number): Term {
  if (field?.kind !== 'word') fail('expected a field: tag, language or create_time', field?.at ?? end);
  if (operator?.kind !== 'operator') fail(`expected an operator after ${field.text}`, operator?.at ?? end);
  if (value?.kind !== 'string') fail(`expected a value in double quotes after ${operator.text}`, value?.at ?? end);
  switch (field.text) {
    case 'tag':
    case 'language':
      if (operator.text !== '=') fail(`${field.text} can only be compared with =`, operator.at);
      if (value.text.includes('\0')) fail('a value holds no NUL character', value.at);
      return { field: field.text, operator: '=', value: value.text };
    case 'create_time':
    case 'createTime': {
      if (operator.text !== '>=' && operator.text !== '<') {
        fail('create_time can only be compared with >= or <', operator.at);
      }
      return { field: 'create_time', operator: operator.text, value: parseTime(value) };
    }
    default:
      return fail(`unknown field ${field.text}: use tag, language or create_time`, field.at);
  }
}

function parseTime(token: Token): bigint {
  const match = RFC3339.exec(token.text);
  const millis = match ? Date.parse(token.text.replace(/\.\d+/, '')) : Number.NaN;
  if (!match || Number.isNaN(millis)) fail('expected an RFC 3339 time such as "2026-01-31T00:00:00Z"', token.at);
  const whole = toMicros(timestampFromDate(new Date(millis)));
  if (whole === undefined) fail('the year must be 1 to 9999', token.at);
  // Date keeps milliseconds; the fraction is added apart to keep microseconds.
  return whole + BigInt((match[1] ?? '').slice(0, 6).padEnd(6, '0'));
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const [all, word, operator, quoted, other] = match;
    const at = match.index + all.length - all.trimStart().length;
    if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator, at });
    else if (quoted !== undefined) tokens.push({ kind: 'string', text: quoted.replace(/\\(.)/g, '$1'), at });
    else tokens.push({ kind: 'other', text: other ?? '', at });
  }
  return tokens;
}

function fail(problem: string, at: number): never {
  throw ServiceError.invalidArgument([{ field: 'filter', description: `${problem} (at character ${at + 1})` }]);
}
