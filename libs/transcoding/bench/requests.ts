const ARTICLE = JSON.stringify({
  title: 'CSS grid layout, an introduction',
  body: 'Rows and columns at the same time: "grid" is what tables were never meant to be.\n'.repeat(5),
  tags: ['css', 'layout'],
  language: 'en',
});

function head(line: string, fields: Readonly<Record<string, string>>): string {
  const common = { host: '127.0.0.1', accept: 'application/json', 'user-agent': 'bench' };
  const lines = Object.entries({ ...common, ...fields }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** The request that the goals are about: anybody's, answered with 1 KB. */
export const LIST: Buffer = Buffer.from(head('GET /v1/articles?pageSize=3', {}));

/** The other kind: a body, and a token to verify. */
export function createOf(token: string): Buffer {
  const fields = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return Buffer.from(head('POST /v1/articles', { ...fields, 'content-length': String(ARTICLE.length) }) + ARTICLE);
}
