import { readFile } from 'node:fs/promises';
import { request as http } from 'node:http';
import { request as https } from 'node:https';
import { join } from 'node:path';

/** An answer of the API server that is no success. */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError';
  /** HTTP status. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface KubernetesOptions {
  /** `https://host:port`; `http:` is meant for tests. */
  readonly server: string;
  /** Folder with `token`, `ca.crt` and `namespace`, as Kubernetes mounts it for a service account. */
  readonly account: string;
  /** Under which fields are owned. https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers */
  readonly fieldManager: string;
  /** Milliseconds for one call. Default 10,000. */
  readonly timeoutMs?: number;
}

/** The two calls the pre-scaler needs, inside the namespace of its service account. */
export interface KubernetesApi {
  readonly namespace: string;
  /** @throws KubernetesError 404 when there is none */
  get(path: string): Promise<unknown>;
  /** Server-side apply; takes over fields that others own. @throws KubernetesError */
  apply(path: string, body: object): Promise<unknown>;
}

/** Speaks HTTPS with the service account's token, which is read again for every call because Kubernetes rotates it. */
export async function connectKubernetes(options: KubernetesOptions): Promise<KubernetesApi> {
  const { server, account, fieldManager, timeoutMs = 10_000 } = options;
  const secure = server.startsWith('https:');
  const namespace = (await readFile(join(account, 'namespace'), 'utf8')).trim();

  async function call(method: string, path: string, body?: object): Promise<unknown> {
    const token = (await readFile(join(account, 'token'), 'utf8')).trim();
    const ca = secure ? await readFile(join(account, 'ca.crt')) : undefined;
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      // JSON is YAML; no other media type is accepted for an apply.
      ...(sent === undefined ? {} : { 'content-type': 'application/apply-patch+yaml' }),
    };
    const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const outgoing = (secure ? https : http)(`${server}${path}`, { method, headers, ca, signal }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
        answer.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end(sent);
    });
    if (status >= 300) throw new KubernetesError(status, `${method} ${path}: ${status} ${reasonIn(text)}`);
    return JSON.parse(text);
  }

  const owned = `fieldManager=${encodeURIComponent(fieldManager)}&force=true&fieldValidation=Strict`;
  return {
    namespace,
    get: (path) => call('GET', path),
    apply: (path, body) => call('PATCH', `${path}?${owned}`, body),
  };
}

/** The message of a Kubernetes Status, or the text itself. */
function reasonIn(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}
