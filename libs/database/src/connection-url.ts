/** Checks a connection string. The error shows it without its password. */
export function checkUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && (parsed.protocol === 'postgres:' || parsed.protocol === 'postgresql:')) return url;
  throw new TypeError(
    `"${redactUrl(url)}" is not a connection string. It looks like postgres://user:password@host:5432/database; special characters in the password are written %XX.`,
  );
}

/** The connection string as it may be shown: no password, no parameters. Never throws. */
export function redactUrl(url: string): string {
  if (URL.canParse(url)) {
    const parsed = new URL(url);
    if (parsed.password !== '') parsed.password = '***';
    parsed.search = '';
    return parsed.href;
  }
  // Not an URL: hide everything that may be a secret, between the scheme (or start) and the last @.
  return url
    .replace(/^(\w+:\/\/)?.*@/s, '$1***@')
    .replace(/\?.*$/s, '')
    .replace(/password\s*=\s*\S+/gi, 'password=***');
}

/** Name of the database that a checked connection string leads to. */
export function databaseName(url: string): string {
  return new URL(url).pathname.slice(1);
}
