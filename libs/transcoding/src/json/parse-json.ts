import { JsonNumber, JsonObject, type JsonNode } from './json-node.ts';

/** Thrown for text that is no JSON; `position` counts characters from 0. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  readonly position: number;
  constructor(problem: string, position: number) {
    super(problem);
    this.position = position;
  }
}

export interface ParseJsonOptions {
  /** Objects and lists within each other at most. Default 100, as protobuf. */
  readonly maxDepth?: number;
  /**
   * Also take what protobuf's parser takes and JSON forbids: a comma before `}` or `]`, single quotes, keys without
   * quotes. Default false.
   */
  readonly lenient?: boolean;
}

/**
 * Parses JSON without losing anything: numbers stay text, repeated keys stay repeated.
 * @throws JsonSyntaxError with line and column
 */
export function parseJson(text: string, options: ParseJsonOptions = {}): JsonNode {
  return new Parser(text, options).document();
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** protobuf's parser also takes `5.` and `-.5`. */
const LENIENT_NUMBER = /(?:(?:0|[1-9]\d*)(?:\.\d*)?|-(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+))(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_$][A-Za-z0-9_$]*/y;
const PLAIN = /[^"'\\\p{Cc}]+/uy;
const BACKSLASH = 0x5c;
const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

class Parser {
  private readonly text: string;
  private readonly lenient: boolean;
  private readonly maxDepth: number;
  private at = 0;
  private depth = 0;

  constructor(text: string, options: ParseJsonOptions) {
    this.text = text;
    this.lenient = options.lenient ?? false;
    this.maxDepth = options.maxDepth ?? 100;
  }

  document(): JsonNode {
    const value = this.value();
    this.space();
    if (this.at < this.text.length) this.fail('nothing may follow the value');
    return value;
  }

  private value(): JsonNode {
    this.space();
    switch (this.text[this.at]) {
      case '{':
        return this.object();
      case '[':
        return this.list();
      case '"':
        return this.string('"');
      case "'":
        return this.lenient ? this.string("'") : this.fail('expected a value');
      case undefined:
        return this.fail('unexpected end');
      default:
        return this.number() ?? this.word();
    }
  }

  private open(): void {
    if (++this.depth > this.maxDepth) this.fail(`more than ${this.maxDepth} levels deep`);
    this.at++;
  }

  private close(): void {
    this.depth--;
    this.at++;
  }

  private object(): JsonObject {
    const entries: [string, JsonNode][] = [];
    this.open();
    for (;;) {
      this.space();
      if (this.text[this.at] === '}' && (entries.length === 0 || this.lenient)) break;
      const key = this.key();
      this.space();
      if (this.text[this.at] !== ':') this.fail('expected ":" behind the key');
      this.at++;
      entries.push([key, this.value()]);
      if (this.separator('}')) continue;
      break;
    }
    this.close();
    return new JsonObject(entries);
  }

  private list(): JsonNode[] {
    const values: JsonNode[] = [];
    this.open();
    for (;;) {
      this.space();
      if (this.text[this.at] === ']' && (values.length === 0 || this.lenient)) break;
      values.push(this.value());
      if (this.separator(']')) continue;
      break;
    }
    this.close();
    return values;
  }

  /** True behind a comma, false before the closing character. */
  private separator(close: string): boolean {
    this.space();
    const char = this.text[this.at];
    if (char === ',') {
      this.at++;
      return true;
    }
    if (char !== close)
      this.fail(char === undefined ? `unexpected end, "${close}" is missing` : `expected "," or "${close}"`);
    return false;
  }

  private key(): string {
    const char = this.text[this.at];
    if (char === '"' || (char === "'" && this.lenient)) return this.string(char);
    const word = this.lenient ? this.match(WORD) : undefined;
    // Protobuf's parser takes these for values wherever they stand, as a real Envoy shows.
    if (word === 'null' || word === 'true' || word === 'false') this.fail(`${word} is no key without quotes`);
    return word ?? this.fail(char === undefined ? 'unexpected end' : 'expected a key in double quotes');
  }

  private string(quote: string): string {
    return this.plainString(quote) ?? this.anyString(quote);
  }

  /** Most strings have no escape and nothing that is refused: a slice of the text. Undefined for others. */
  private plainString(quote: string): string | undefined {
    const { text } = this;
    const end = quote.charCodeAt(0);
    const from = this.at + 1;
    for (let to = from; to < text.length; to++) {
      const code = text.charCodeAt(to);
      if (code === end) {
        this.at = to + 1;
        return text.slice(from, to);
      }
      if (code < 0x20 || code === BACKSLASH || code > 0x7e) return undefined;
    }
    return undefined;
  }

  private anyString(quote: string): string {
    const opened = this.at++;
    let value = '';
    for (;;) {
      value += this.match(PLAIN) ?? '';
      const char = this.text[this.at];
      if (char === quote) break;
      if (char === '\\') value += this.escape();
      else if (char === '"' || char === "'") {
        value += char;
        this.at++;
      } else if (char === undefined) {
        this.at = opened;
        this.fail('the string has no end');
      } else if (this.lenient || char >= ' ') {
        value += char;
        this.at++;
      } else this.fail('control characters must be escaped');
    }
    this.at++;
    if (!value.isWellFormed()) this.fail('the string is no valid Unicode');
    return value;
  }

  private escape(): string {
    const char = this.text[this.at + 1] ?? '';
    if (char === 'u') {
      const digits = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9A-Fa-f]{4}$/.test(digits)) this.fail('\\u needs four hexadecimal digits');
      this.at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    if (!(char in ESCAPES) && !'"\\/'.includes(char) && !this.lenient) this.fail(`unknown escape "\\${char}"`);
    this.at += 2;
    return ESCAPES[char] ?? char;
  }

  private number(): JsonNumber | undefined {
    const text = this.match(this.lenient ? LENIENT_NUMBER : NUMBER);
    if (text === undefined) return undefined;
    if (/[0-9A-Za-z.+-]/.test(this.text[this.at] ?? '')) this.fail('malformed number');
    return new JsonNumber(text);
  }

  private word(): boolean | null {
    const start = this.at;
    const word = this.match(WORD);
    if (word === 'true') return true;
    if (word === 'false') return false;
    if (word === 'null') return null;
    this.at = start;
    return this.fail('expected a value');
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  private fail(problem: string): never {
    const before = this.text.slice(0, this.at).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    throw new JsonSyntaxError(`invalid JSON at line ${before.length}, column ${column}: ${problem}`, this.at);
  }
}
