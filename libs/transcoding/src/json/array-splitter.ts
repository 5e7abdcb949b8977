import { JsonSyntaxError } from './parse-json.ts';

/** ASCII's, as protobuf's parser; a byte order mark is none. */
const SPACE = /[ \t\n\v\f\r]/;
const BLANK = /^[ \t\n\v\f\r]*$/;

/**
 * Cuts the text of a JSON array into the texts of its elements while it arrives, so that each becomes a message before
 * the next one is read. Only brackets, quotes and commas are looked at; the elements are parsed by whoever takes them.
 */
export class JsonArraySplitter {
  private buffer = '';
  private from = 0;
  private at = 0;
  private depth = 0;
  private quote = '';
  private opened = false;
  private closed = false;
  private consumed = 0;

  /**
   * Adds text and returns the elements that it completes.
   * @throws JsonSyntaxError when the text is no array
   */
  push(text: string): string[] {
    this.buffer = this.buffer.slice(this.from) + text;
    this.at -= this.from;
    this.consumed += this.from;
    this.from = 0;
    const found: string[] = [];
    for (; this.at < this.buffer.length; this.at++) this.step(this.buffer[this.at] as string, found);
    if (this.closed) this.from = this.at;
    return found;
  }

  /** Characters that wait for the end of their element. */
  get pending(): number {
    return this.buffer.length - this.from;
  }

  /** @throws JsonSyntaxError when the array is not complete */
  end(): void {
    if (!this.opened) this.fail('expected a list of messages, "["');
    if (!this.closed) this.fail('unexpected end, "]" is missing');
  }

  private step(char: string, found: string[]): void {
    if (this.quote) {
      if (char === '\\') this.at++;
      else if (char === this.quote) this.quote = '';
      return;
    }
    if (!this.opened) return this.open(char);
    if (this.closed) {
      if (!SPACE.test(char)) this.fail('nothing may follow the list');
      return;
    }
    if (char === '"' || char === "'") this.quote = char;
    else if (char === '{' || char === '[') this.depth++;
    else if (char === ',' && this.depth === 0) this.cut(found, true);
    else if (char === '}' || char === ']') {
      if (this.depth > 0) this.depth--;
      else if (char === '}') this.fail('expected "," or "]"');
      else {
        this.cut(found, false);
        this.closed = true;
      }
    }
  }

  private open(char: string): void {
    if (char === '[') {
      this.opened = true;
      this.from = this.at + 1;
    } else if (!SPACE.test(char)) this.fail('expected a list of messages, "["');
  }

  private cut(found: string[], needed: boolean): void {
    const element = this.buffer.slice(this.from, this.at);
    if (!BLANK.test(element)) found.push(element);
    else if (needed) this.fail('expected a value before ","');
    this.from = this.at + 1;
  }

  private fail(problem: string): never {
    const position = this.consumed + this.at;
    throw new JsonSyntaxError(`invalid JSON at character ${position + 1}: ${problem}`, position);
  }
}
