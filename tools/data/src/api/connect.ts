import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mintDevelopmentToken } from '@kiban/auth';
import { UsageError } from '../usage-error.ts';
import { Gateway } from './gateway.ts';
import { runningGateway } from './running-gateway.ts';

const LOCAL = new Set(['127.0.0.1', 'localhost', '[::1]']);

export interface ConnectOptions {
  /** Default: the one that `npm start` runs on the state folder. */
  readonly gateway?: string | undefined;
  /** Bearer token. Default: a development token of this checkout, for a gateway on this machine only. */
  readonly token?: string | undefined;
  /** State folder of the local run, `.kiban`. */
  readonly stateDir: string;
  readonly subject: string;
  readonly roles: readonly string[];
}

/** A gateway to talk to. Throws UsageError when there is none, its address is no http(s) URL or a token is missing. */
export async function connect(options: ConnectOptions): Promise<{ gateway: Gateway; url: string }> {
  const { gateway = runningGateway(options.stateDir), subject, roles } = options;
  if (gateway === undefined) {
    throw new UsageError('nothing runs here: npm start first, or name the platform with --gateway https://...');
  }
  if (!URL.canParse(gateway) || !/^https?:$/.test(new URL(gateway).protocol)) {
    throw new UsageError(`--gateway must be a URL such as http://127.0.0.1:8080, not ${gateway}`);
  }
  const parsed = new URL(gateway);
  const url = `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`;
  const keys = join(options.stateDir, 'keys');
  let token = options.token;
  if (!token && LOCAL.has(parsed.hostname) && existsSync(keys)) {
    token = await mintDevelopmentToken(keys, { subject, roles, ttlSeconds: 6 * 3600 });
  }
  if (!token) {
    throw new UsageError(
      LOCAL.has(parsed.hostname)
        ? 'no development keys yet: run npm start first, or give --token'
        : `--token is needed for ${url}: a JWT with one of the roles ${roles.join(', ')}`,
    );
  }
  return { gateway: new Gateway({ url, token }), url };
}
