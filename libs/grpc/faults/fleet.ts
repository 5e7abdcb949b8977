import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGrpcClient, type GrpcClient } from '@kiban/grpc';
import { DemoService } from '../test/demo-service.ts';
import { startDns } from './dns-server.ts';

/** How long DNS goes on naming a replica that was told to end, ms: clusters are not faster. */
const DNS_LAG_MS = 1000;

export interface Replica {
  address: string;
  /** SIGTERM; resolves with the exit code. */
  terminate(): Promise<number | null>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

export interface Fleet {
  replicas: readonly Replica[];
  /** Starts a replica; DNS knows it as soon as it listens. */
  add(): Promise<Replica>;
  connect(lookUpEveryMs?: number): GrpcClient<typeof DemoService>;
  stop(): Promise<void>;
}

/**
 * Replicas of one service, each a process on an address of its own, behind one name of a DNS server. The addresses are
 * 127.0.0.2 and on, which Linux has on every machine. grpc-js asks the server when the environment had
 * GRPC_NODE_USE_ALTERNATIVE_RESOLVER=true before it was loaded.
 */
export async function startFleet(size: number, workMs: number): Promise<Fleet> {
  const known = new Set<string>();
  const replicas: Replica[] = [];
  const clients: { close(): void }[] = [];
  const children = new Set<ChildProcess>();
  const dns = await startDns(() => [...known]);
  let port = 0;
  let hosts = 1;

  async function add(): Promise<Replica> {
    const host = `127.0.0.${++hosts}`;
    const child = fork(join(import.meta.dirname, 'replica-process.ts'), [`${host}:${port}`, String(workMs)], {
      execArgv: ['--conditions=@kiban/source'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    children.add(child);
    const exit = once(child, 'exit').then(([code]) => code as number | null);
    const started = await Promise.race([once(child, 'message'), exit]);
    if (!Array.isArray(started)) throw new Error(`the replica on ${host} did not start: exit code ${started}`);
    port = started[0] as number;
    known.add(host);
    const leave = async (signal: NodeJS.Signals) => {
      replicas.splice(replicas.indexOf(replica), 1);
      child.kill(signal);
      const code = await exit;
      children.delete(child);
      return code;
    };
    const forget = () => sleep(DNS_LAG_MS).then(() => known.delete(host));
    const replica: Replica = {
      address: `${host}:${port}`,
      terminate: async () => (await Promise.all([leave('SIGTERM'), forget()]))[0],
      async kill() {
        void forget();
        await leave('SIGKILL');
      },
    };
    replicas.push(replica);
    return replica;
  }

  for (let i = 0; i < size; i++) await add();
  return {
    replicas,
    add,
    connect(lookUpEveryMs) {
      const client = createGrpcClient(DemoService, `dns://${dns.address}/replicas.test:${port}`, {
        channel: {
          'grpc.use_local_subchannel_pool': 1,
          ...(lookUpEveryMs && { 'grpc.dns_min_time_between_resolutions_ms': lookUpEveryMs }),
        },
      });
      clients.push(client);
      return client;
    },
    async stop() {
      for (const client of clients) client.close();
      await Promise.all([...children].map((child) => (child.kill('SIGKILL'), once(child, 'exit'))));
      await dns.close();
    },
  };
}
