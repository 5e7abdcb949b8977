const PREFIX = 'articles/';

/** `articles/{id}` of an id. */
export function articleName(id: string): string {
  return PREFIX + id;
}

/** The id in `articles/{id}`. The request was validated before, so the prefix is there. */
export function articleId(name: string): string {
  return name.slice(PREFIX.length);
}
