import { experimental } from '@grpc/grpc-js';
import { createGrpcClient, type GrpcClient } from '@kiban/grpc';
import { DemoService } from './demo-service.ts';
import { type Demo, startDemo } from './start-demo.ts';

type Resolver = experimental.Resolver;

const SCHEME = 'replicas';
const sets = new Map<string, () => string[]>();

/** Names resolve to what a set of replicas has in its list, as a headless Service's DNS does. Asked, never pushed. */
class ReplicaResolver implements Resolver {
  readonly #name: string;
  readonly #listener: experimental.ResolverListener;

  constructor(target: { path: string }, listener: experimental.ResolverListener) {
    this.#name = target.path;
    this.#listener = listener;
  }

  updateResolution(): void {
    // DNS is asked at the most every few seconds; the delay stands for that.
    setTimeout(() => {
      const addresses = sets.get(this.#name)?.() ?? [];
      const endpoints = addresses.map((address) => {
        const [host = '', port] = address.split(':');
        return { addresses: [{ host, port: Number(port) }] };
      });
      this.#listener({ ok: true, value: endpoints }, {}, null, '');
    }, 50);
  }

  destroy(): void {}

  static getDefaultAuthority(): string {
    return 'demo';
  }
}
experimental.registerResolver(SCHEME, ReplicaResolver);

export interface Replica extends Demo {
  id: number;
  answered: () => number;
  /** Stops listening in DNS first, then drains, as Kubernetes does. */
  replace(): Promise<void>;
}

/** Replicas of one service behind a name, and a client of that name. */
export function replicaSet(name: string, workMs: number) {
  const live = new Set<Replica>();
  sets.set(name, () => [...live].map(({ address }) => address));
  const clients: GrpcClient<typeof DemoService>[] = [];
  let ids = 0;

  async function add(): Promise<Replica> {
    let answered = 0;
    const work = async () => {
      await new Promise((resolve) => setTimeout(resolve, workMs));
      answered++;
      return {};
    };
    // Ages of seconds instead of a minute, so that a test of seconds sees connections end and names looked up again.
    const channel = {
      'grpc.max_connection_age_ms': 1500 + Math.round(1500 * Math.random()),
      'grpc.max_connection_age_grace_ms': 5000,
    };
    const demo = await startDemo({ get: () => work(), read: () => work() }, { channel, drainMs: 5000 });
    const replica: Replica = {
      ...demo,
      id: ids++,
      answered: () => answered,
      async replace() {
        await add();
        live.delete(replica);
        await demo.stop();
      },
    };
    live.add(replica);
    return replica;
  }

  return {
    live,
    add,
    connect(): GrpcClient<typeof DemoService> {
      const client = createGrpcClient(DemoService, `${SCHEME}:///${name}`, {
        channel: { 'grpc.use_local_subchannel_pool': 1 },
      });
      clients.push(client);
      return client;
    },
    async stop(): Promise<void> {
      for (const client of clients) client.close();
      await Promise.all([...live].map((replica) => replica.stop()));
      sets.delete(name);
    },
  };
}

/** Starts calls at a steady rate until told to stop, whether earlier ones were answered or not. */
export function steadily(perSecond: number, call: () => Promise<unknown>) {
  const calls: Promise<unknown>[] = [];
  const failures: unknown[] = [];
  const began = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
    while (calls.length < due) calls.push(call().catch((error: unknown) => failures.push(error)));
  }, 5);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(calls);
      return { calls: calls.length, failures };
    },
  };
}
