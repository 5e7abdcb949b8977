import { invalid } from './errors.ts';

type Attributes = Readonly<Record<string, string>>;
/** True when a message with these attributes is delivered. */
export type Filter = (attributes: Attributes) => boolean;

const TOKEN = /\s*(?:([A-Za-z_][\w-]*)|"((?:[^"\\]|\\.)*)"|(!=|[=:.(),-])|(\S))/y;

/**
 * Parses https://cloud.google.com/pubsub/docs/subscription-message-filter: `attributes:k`, `attributes.k = "v"`, `!=`,
 * `hasPrefix(attributes.k, "p")`, AND, OR, NOT (or `-`), parentheses. AND and OR need parentheses to be mixed.
 */
export function parseFilter(text: string): Filter {
  if (Buffer.byteLength(text) > 256)
    throw invalid(`Invalid filter: it has ${Buffer.byteLength(text)} bytes; at most 256 are allowed.`);
  const parser = new FilterParser(text);
  const filter = parser.expression();
  parser.end();
  return filter;
}

interface Token {
  readonly kind: 'word' | 'string' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

class FilterParser {
  readonly #tokens: Token[] = [];
  #position = 0;

  constructor(text: string) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const at = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (!match) break;
      const [, word, string, symbol, other] = match;
      if (other !== undefined) throw invalid(`Invalid filter: unexpected '${other}' at column ${TOKEN.lastIndex}.`);
      if (word !== undefined) this.#tokens.push({ kind: 'word', text: word, at });
      else if (string !== undefined) this.#tokens.push({ kind: 'string', text: string.replace(/\\(.)/g, '$1'), at });
      else this.#tokens.push({ kind: 'symbol', text: symbol as string, at });
    }
    this.#tokens.push({ kind: 'end', text: 'the end', at: text.length });
  }

  expression(): Filter {
    const first = this.#term();
    const joiner = this.#peek().text;
    if (!this.#isWord('AND') && !this.#isWord('OR')) return first;
    const parts = [first];
    while (this.#isWord(joiner)) {
      this.#position++;
      parts.push(this.#term());
    }
    if (this.#isWord('AND') || this.#isWord('OR')) this.#fail('AND and OR need parentheses to be combined');
    return joiner === 'AND'
      ? (attributes) => parts.every((part) => part(attributes))
      : (attributes) => parts.some((part) => part(attributes));
  }

  end(): void {
    if (this.#peek().kind !== 'end') this.#fail('expected AND, OR or the end');
  }

  #term(): Filter {
    if (this.#isWord('NOT') || this.#isSymbol('-')) {
      this.#position++;
      const inner = this.#term();
      return (attributes) => !inner(attributes);
    }
    if (this.#isSymbol('(')) {
      this.#position++;
      const inner = this.expression();
      this.#symbol(')');
      return inner;
    }
    if (this.#isWord('hasPrefix')) return this.#hasPrefix();
    return this.#comparison();
  }

  #hasPrefix(): Filter {
    this.#position++;
    this.#symbol('(');
    this.#word('attributes');
    this.#symbol('.');
    const key = this.#key();
    this.#symbol(',');
    const prefix = this.#string();
    this.#symbol(')');
    return (attributes) => attributes[key]?.startsWith(prefix) === true;
  }

  #comparison(): Filter {
    this.#word('attributes');
    if (this.#isSymbol(':')) {
      this.#position++;
      const key = this.#key();
      return (attributes) => Object.hasOwn(attributes, key);
    }
    this.#symbol('.');
    const key = this.#key();
    const operator = this.#next();
    if (operator.kind !== 'symbol' || (operator.text !== '=' && operator.text !== '!=')) {
      this.#position--;
      this.#fail('expected = or !=');
    }
    const value = this.#string();
    return operator.text === '='
      ? (attributes) => attributes[key] === value
      : (attributes) => attributes[key] !== value;
  }

  #key(): string {
    const token = this.#next();
    if (token.kind === 'word' || token.kind === 'string') return token.text;
    this.#position--;
    return this.#fail('expected an attribute key');
  }

  #string(): string {
    const token = this.#next();
    if (token.kind === 'string') return token.text;
    this.#position--;
    return this.#fail('expected a value in double quotes');
  }

  #word(text: string): void {
    if (!this.#isWord(text)) this.#fail(`expected '${text}'`);
    this.#position++;
  }

  #symbol(text: string): void {
    if (!this.#isSymbol(text)) this.#fail(`expected '${text}'`);
    this.#position++;
  }

  #isWord(text: string): boolean {
    return this.#peek().kind === 'word' && this.#peek().text === text;
  }

  #isSymbol(text: string): boolean {
    return this.#peek().kind === 'symbol' && this.#peek().text === text;
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#position, this.#tokens.length - 1)] as Token;
  }

  #next(): Token {
    const token = this.#peek();
    this.#position++;
    return token;
  }

  #fail(expected: string): never {
    const token = this.#peek();
    throw invalid(`Invalid filter: ${expected}, found '${token.text}' at column ${token.at + 1}.`);
  }
}
