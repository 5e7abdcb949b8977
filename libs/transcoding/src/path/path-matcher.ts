import { unescapeAll, unescapeSegment, type UnescapeSpec } from './percent.ts';
import { type PathTemplate, parseTemplate } from './template.ts';

/** One value taken from the path. */
export interface PathBinding {
  readonly fieldPath: readonly string[];
  readonly value: string;
}

/** What a path matched. */
export interface PathMatch<T> {
  readonly data: T;
  readonly template: PathTemplate;
  readonly bindings: readonly PathBinding[];
}

export interface PathMatcherOptions {
  /** How escapes in multi-segment variables are decoded. Default ALL_CHARACTERS_EXCEPT_RESERVED. */
  readonly unescape?: UnescapeSpec;
  /** Take what follows the last `:` as a verb even when no template has that verb. Default false. */
  readonly anyVerb?: boolean;
}

/** Thrown when two rules have the same method and, variable names aside, the same template. */
export class DuplicateTemplateError extends Error {
  override readonly name = 'DuplicateTemplateError';
}

interface Leaf<T> {
  readonly data: T;
  readonly template: PathTemplate;
}

class Node<T> {
  readonly children = new Map<string, Node<T>>();
  readonly leaves = new Map<string, Leaf<T>>();
}

/**
 * Finds the rule of a path: literal before `*` before `**` at each segment, with backtracking. `**` at the end matches
 * no segment, too. Same answers as
 * https://github.com/grpc-ecosystem/grpc-httpjson-transcoding/blob/main/src/path_matcher_node.cc
 */
export class PathMatcher<T> {
  private readonly root = new Node<T>();
  private readonly verbs = new Set<string>();
  private readonly options: PathMatcherOptions;

  constructor(options: PathMatcherOptions = {}) {
    this.options = options;
  }

  /**
   * Adds a rule. `method` `*` stands for every method that has no rule of its own.
   * @throws TemplateError, DuplicateTemplateError
   */
  add(method: string, templateText: string, data: T): PathTemplate {
    const template = parseTemplate(templateText);
    if (template.verb) this.verbs.add(template.verb);
    let node = this.root;
    for (const segment of template.segments.map(key)) {
      let child = node.children.get(segment);
      if (!child) node.children.set(segment, (child = new Node()));
      node = child;
    }
    const leafKey = `${method}:${template.verb}`;
    const other = node.leaves.get(leafKey);
    if (other) {
      throw new DuplicateTemplateError(
        `${method} ${templateText} matches the same requests as ${method} ${other.template.text}; change one of the two`,
      );
    }
    node.leaves.set(leafKey, { data, template });
    return template;
  }

  /** Looks up a path without its query. */
  match(method: string, path: string): PathMatch<T> | undefined {
    const { parts, verb } = this.split(path);
    const leaf = find(this.root, parts, 0, [`${method}:${verb}`, ANY_METHOD], false);
    if (!leaf) return undefined;
    return { data: leaf.data, template: leaf.template, bindings: this.bindings(leaf.template, parts) };
  }

  private split(path: string): { parts: string[]; verb: string } {
    let rest = path;
    let verb = '';
    const colon = path.lastIndexOf(':');
    if (colon > path.lastIndexOf('/')) {
      const candidate = path.slice(colon + 1);
      if (this.options.anyVerb || this.verbs.has(candidate)) {
        verb = candidate;
        rest = path.slice(0, colon);
      }
    }
    const parts = rest.length > 1 ? rest.slice(1).split('/') : [];
    while (parts.length > 0 && parts[parts.length - 1] === '') parts.pop();
    return { parts, verb };
  }

  private bindings(template: PathTemplate, parts: readonly string[]): PathBinding[] {
    return template.variables.map(({ fieldPath, start, end }) => {
      const stop = end >= 0 ? end : parts.length + end + 1;
      if (end >= 0 && stop - start <= 1) return { fieldPath, value: unescapeAll(parts[start] ?? '') };
      const spec = this.options.unescape ?? 'ALL_CHARACTERS_EXCEPT_RESERVED';
      const taken = parts.slice(start, stop).map((part) => unescapeSegment(part, spec));
      return { fieldPath, value: taken.join('/') };
    });
  }
}

/** The rule for every method takes whatever verb stands there, and one that has a verb takes nothing: so does Envoy. */
const ANY_METHOD = '*:';

/** A segment named `*` in a request is a literal there; `/` cannot occur in one, so these keys never clash. */
const ONE = '/*';
const MANY = '/**';

function key(segment: string): string {
  return segment === '*' ? ONE : segment === '**' ? MANY : segment;
}

/** The method's own rule, else the one for every method. */
type LeafKeys = readonly [own: string, any: string];

function leafOf<T>(node: Node<T> | undefined, [own, any]: LeafKeys): Leaf<T> | undefined {
  return node && (node.leaves.get(own) ?? node.leaves.get(any));
}

function find<T>(
  start: Node<T>,
  parts: readonly string[],
  from: number,
  leafKeys: LeafKeys,
  many: boolean,
): Leaf<T> | undefined {
  // A `**` node swallows segments in a loop, not by recursion: a path may have tens of thousands of them.
  for (let at = from; ; at++) {
    if (at === parts.length) return leafOf(start, leafKeys) ?? leafOf(start.children.get(MANY), leafKeys);
    const literal = start.children.get(parts[at] as string);
    const found = literal && find(literal, parts, at + 1, leafKeys, false);
    if (found) return found;
    if (many) continue;
    const one = start.children.get(ONE);
    const viaOne = one && find(one, parts, at + 1, leafKeys, false);
    if (viaOne) return viaOne;
    const rest = start.children.get(MANY);
    return rest && find(rest, parts, at + 1, leafKeys, true);
  }
}
