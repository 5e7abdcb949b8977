import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@kiban/embedded-postgres';
import { until } from '@kiban/testing';
import pg from 'pg';

export interface Pooler {
  /** The same database through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * pgbouncer in transaction mode: every transaction may get another server connection, LISTEN and prepared statements do not
 * work. Installed from the distribution when missing and allowed. https://www.pgbouncer.org/config.html
 */
export async function startPooler(url: string): Promise<Pooler> {
  const program = findPgbouncer();
  const target = new URL(url);
  const folder = mkdtempSync(join(tmpdir(), 'kiban-pooler-'));
  const port = await freePort();
  const { hostname, port: serverPort, username, password } = target;
  const database = target.pathname.slice(1);
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(
    file,
    `[databases]
${database} = host=${hostname} port=${serverPort} dbname=${database} user=${username} password=${decodeURIComponent(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 20
max_client_conn = 200
ignore_startup_parameters = extra_float_digits, statement_timeout
`,
  );
  // It refuses to run as root, and reads the file as the user that it becomes.
  const asRoot = process.getuid?.() === 0;
  if (asRoot) for (const path of [folder, file]) chmodSync(path, path === folder ? 0o755 : 0o644);
  const child = spawn(program, ['-q', ...(asRoot ? ['-u', 'nobody'] : []), file], { stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const pooled = Object.assign(new URL(url), { port: String(port) }).toString();
  await until(() => canConnect(pooled), { timeoutMs: 10_000, everyMs: 100, message: 'pgbouncer' });
  return {
    url: pooled,
    async stop() {
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function findPgbouncer(): string {
  const find = () => {
    try {
      return execFileSync('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v pgbouncer'], { encoding: 'utf8' }).trim();
    } catch {
      return '';
    }
  };
  let found = find();
  if (found === '' && process.getuid?.() === 0) {
    console.error('pgbouncer is missing: apt-get install pgbouncer');
    try {
      // The package starts a service of its own, which nobody asked for.
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
      execFileSync('sh', ['-c', 'apt-get update -qq && apt-get install -y -qq --no-install-recommends pgbouncer'], {
        env,
      });
      found = find();
    } catch {
      // Said below.
    }
  }
  if (found === '')
    throw new Error('plan G needs pgbouncer: install it (Debian: apt-get install pgbouncer) and try again');
  return found;
}

async function canConnect(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('SELECT 1');
  await client.end();
  return true;
}
