import { mintDevelopmentToken } from '@kiban/auth';

/** What the gateway answered; `json` is undefined when the body is not JSON. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: unknown;
  readonly headers: Headers;
}

/** How to ask: a subject and roles make a development token; `token` is sent as it is. */
export interface Ask {
  readonly user?: string;
  readonly roles?: readonly string[];
  readonly ttlSeconds?: number;
  readonly token?: string;
  readonly headers?: Record<string, string>;
}

const gateway = () => process.env['E2E_GATEWAY'] ?? 'http://127.0.0.1:8080';
const keys = () => `${process.env['E2E_STATE_DIR'] ?? '.kiban'}/keys`;

/** A development token of the platform under test. */
export function token(subject: string, roles: readonly string[] = [], ttlSeconds = 600): Promise<string> {
  return mintDevelopmentToken(keys(), { subject, roles: [...roles], ttlSeconds });
}

/** Asks the gateway; a string body is sent as it is, anything else as JSON. */
export async function ask(method: string, path: string, body?: unknown, options: Ask = {}): Promise<Answer> {
  const headers: Record<string, string> = { ...options.headers };
  const bearer = options.token ?? (options.user && (await token(options.user, options.roles, options.ttlSeconds)));
  if (bearer) headers['authorization'] = `Bearer ${bearer}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const response = await fetch(gateway() + path, {
    method,
    headers,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, json: parse(text), headers: response.headers };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
