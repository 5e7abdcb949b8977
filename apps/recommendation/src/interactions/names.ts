/** The id in `users/{id}`. */
export function userId(name: string): string {
  return name.slice('users/'.length);
}

/** The id in `articles/{id}`. */
export function articleId(name: string): string {
  return name.slice('articles/'.length);
}

/** `users/{user}/interactions/{interaction}` */
export function interactionName(user: string, interaction: string): string {
  return `users/${user}/interactions/${interaction}`;
}
