/**
 * Whether the field at `path` (`parent`, `interaction.user`) of a request names the caller. `users/me` is replaced by
 * the caller's name, so that handlers never see it. False when the field is empty or names somebody else.
 */
export function bindSelf(request: unknown, path: string, subject: string): boolean {
  const own = `users/${subject}`;
  const keys = path.split('.');
  const last = keys.pop() ?? path;
  let owner: unknown = request;
  for (const key of keys) owner = isRecord(owner) ? owner[key] : undefined;
  if (!isRecord(owner)) return false;
  if (owner[last] === 'users/me') owner[last] = own;
  return owner[last] === own;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
