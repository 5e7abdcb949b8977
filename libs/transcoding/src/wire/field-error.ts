/** A value that does not fit its field. `path` is the field as a client spells it, `article.createTime`. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
  readonly path: string;
  readonly problem: string;
  constructor(path: string, problem: string) {
    super(path ? `${path}: ${problem}` : problem);
    this.path = path;
    this.problem = problem;
  }
}

/** `a` + `b` = `a.b`; the root has no name. */
export function join(parent: string, name: string): string {
  return parent ? `${parent}.${name}` : name;
}
