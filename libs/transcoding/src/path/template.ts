/** One `{field.path=segments}` of a template and the path segments that it takes. */
export interface TemplateVariable {
  readonly fieldPath: readonly string[];
  /** First segment, from 0. */
  readonly start: number;
  /** One past the last segment; negative (-1 = the end of the path) when the variable holds a `**`. */
  readonly end: number;
}

/** A parsed google.api.http path template. */
export interface PathTemplate {
  readonly text: string;
  /** Literals, `*` and `**`, with the variables unfolded. */
  readonly segments: readonly string[];
  /** What follows the last `:`; empty when there is none. */
  readonly verb: string;
  readonly variables: readonly TemplateVariable[];
}

/** Thrown for a template that Envoy would refuse, too. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/**
 * Parses a path template by the grammar of https://github.com/googleapis/googleapis/blob/master/google/api/http.proto
 * as Envoy reads it: no variable inside a variable, nothing but literals behind `**`, no empty verb.
 * @throws TemplateError naming the template and the place
 */
export function parseTemplate(text: string): PathTemplate {
  if (text === '/') return { text, segments: [], verb: '', variables: [] };
  return new TemplateParser(text).parse();
}

interface OpenVariable {
  fieldPath: string[];
  start: number;
  end: number;
  wild: boolean;
}

class TemplateParser {
  private readonly text: string;
  private at = 0;
  private readonly segments: string[] = [];
  private readonly variables: OpenVariable[] = [];
  private verb = '';

  constructor(text: string) {
    this.text = text;
  }

  parse(): PathTemplate {
    if (!this.take('/')) this.fail('it must start with "/"');
    this.parseSegments(undefined);
    if (this.take(':')) this.verb = this.literal('a verb');
    if (this.at < this.text.length) this.fail(`unexpected "${this.text[this.at]}"`);
    const wildAt = this.segments.indexOf('**');
    if (wildAt >= 0 && this.segments.slice(wildAt + 1).some((part) => part === '*' || part === '**')) {
      this.fail('only literals may follow "**"');
    }
    return { text: this.text, segments: this.segments, verb: this.verb, variables: this.closedVariables() };
  }

  private closedVariables(): TemplateVariable[] {
    return this.variables.map(({ fieldPath, start, end, wild }) => ({
      fieldPath,
      start,
      end: wild ? end - this.segments.length - 1 : end,
    }));
  }

  private parseSegments(variable: OpenVariable | undefined): void {
    do this.parseSegment(variable);
    while (this.take('/'));
  }

  private parseSegment(variable: OpenVariable | undefined): void {
    if (this.take('**')) {
      this.segments.push('**');
      if (variable) variable.wild = true;
    } else if (this.take('*')) this.segments.push('*');
    else if (this.take('{')) this.parseVariable(variable);
    else this.segments.push(this.literal('a segment'));
  }

  private parseVariable(outer: OpenVariable | undefined): void {
    if (outer) this.fail('a variable may not stand inside a variable');
    const variable: OpenVariable = { fieldPath: [], start: this.segments.length, end: 0, wild: false };
    do variable.fieldPath.push(this.run(/[^.=}]+/y, 'a field name'));
    while (this.take('.'));
    if (this.take('=')) this.parseSegments(variable);
    else this.segments.push('*');
    if (!this.take('}')) this.fail('"}" is missing');
    variable.end = this.segments.length;
    this.variables.push(variable);
  }

  private literal(what: string): string {
    return this.run(/[^/:}]+/y, what);
  }

  private run(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (!found) return this.fail(`${what} is missing`);
    this.at += found.length;
    return found;
  }

  private take(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  private fail(problem: string): never {
    throw new TemplateError(`path template "${this.text}", position ${this.at}: ${problem}`);
  }
}
