import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { bundledEnvironment } from './bundle-process.ts';
import type { Accepted, FaultBroker } from './fault-broker.ts';
import { SHARD_LOCK_CLASS } from '../src/relay/relay-options.ts';
import type { Random } from '../src/testing/seeded-random.ts';

/** Requests on the wire when a relay is frozen are taken within this time, ms. */
const TAKEN_MS = 30;

export type RelayMode = 'kiban' | 'pooled' | 'skip-locked' | 'cursor';

export interface FleetOptions {
  readonly mode: RelayMode;
  readonly relays: number;
  /** Bundled relay-process.ts. */
  readonly program: string;
  readonly url: string;
  readonly broker: FaultBroker;
  readonly brokerHost: string;
  readonly admin: pg.Pool;
  readonly random: Random;
}

interface Member {
  name: string;
  generation: number;
  child: ChildProcess;
  ready: Promise<void>;
  started: boolean;
}

/** Relay processes that are killed and started again; counts what each kill may duplicate. */
export class RelayFleet {
  kills = 0;
  backendKills = 0;
  /** Rows published but not yet deleted at the kills, summed. */
  exposed = 0;
  readonly #options: FleetOptions;
  readonly #members: Member[] = [];
  #generation = 0;
  #stopped = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    for (let i = 0; i < options.relays; i++) this.#members.push(this.#start());
  }

  async ready(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.ready));
  }

  /** kill -9 of the relay that has lived longest, which starts again at once. */
  async kill(): Promise<void> {
    // The others start meanwhile.
    const member = this.#members.reduce((a, b) => (a.generation <= b.generation ? a : b));
    await member.ready;
    await delay(this.#options.random() * 60);
    // Frozen first, so that what it has published and not deleted can be counted: it stops at the same arbitrary point.
    member.child.kill('SIGSTOP');
    this.exposed += await this.#undeleted(member.name);
    const gone = new Promise((resolve) => member.child.once('exit', resolve));
    member.child.kill('SIGKILL');
    this.kills++;
    await gone;
    Object.assign(member, this.#start());
  }

  /**
   * Ends one database connection of a random relay, which has to notice and go on. All are frozen meanwhile: which relay
   * the connection belongs to cannot be told from outside, but the shards that it holds can.
   */
  async killBackend(): Promise<void> {
    await this.ready();
    for (const { child } of this.#members) child.kill('SIGSTOP');
    await delay(TAKEN_MS);
    const { rows } = await this.#options.admin.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'kiban-relay%'
       AND datname = current_database() ORDER BY random() LIMIT 1`,
    );
    const from = this.#options.broker.log.length;
    let shards: number[] = [];
    for (const { pid } of rows) {
      shards = await this.#shardsOfBackend(pid);
      this.exposed += await this.#left(this.#options.broker.log.slice(-20_000), shards);
      await this.#options.admin.query('SELECT pg_terminate_backend($1)', [pid]);
    }
    for (const { child } of this.#members) child.kill('SIGCONT');
    if (shards.length > 0) this.exposed += await this.#publishedInVain(from, shards);
    this.backendKills++;
  }

  /** Stops a random relay with SIGSTOP for a while: its locks stay until PostgreSQL ends its transactions. */
  async freeze(milliseconds: number): Promise<void> {
    const member = this.#any();
    await member.ready;
    member.child.kill('SIGSTOP');
    this.exposed += await this.#undeleted(member.name);
    await delay(milliseconds);
    const { log } = this.#options.broker;
    const before = new Set(log.map(({ id }) => id));
    const from = log.length;
    member.child.kill('SIGCONT');
    // It goes on with what it had read, and others have published meanwhile.
    await delay(500);
    this.exposed += log.slice(from).filter(({ id, relay }) => relay === member.name && before.has(id)).length;
  }

  /**
   * The server goes away under all relays. Deletes do not wait for the disk, so some come back with the recovery: what may be
   * published again is what the server holds afterwards, counted before the relays move on.
   */
  async crashServer(crash: () => Promise<void>): Promise<void> {
    await this.ready();
    for (const { child } of this.#members) child.kill('SIGSTOP');
    await delay(TAKEN_MS);
    const from = this.#options.broker.log.length;
    await crash();
    this.exposed += await this.#left(this.#options.broker.log.slice(0, from));
    for (const { child } of this.#members) child.kill('SIGCONT');
    this.exposed += await this.#publishedInVain(from);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(
      this.#members.map(async ({ child }) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await gone;
      }),
    );
  }

  #any(): Member {
    return this.#members[Math.floor(this.#options.random() * this.#members.length)] as Member;
  }

  async #undeleted(relay: string): Promise<number> {
    await delay(TAKEN_MS);
    return this.#left(this.#options.broker.log.slice(-20_000).filter((message) => message.relay === relay));
  }

  /**
   * A relay that lives on publishes what it had read before its connection was cut, and cannot delete it. Those rows are
   * still there a moment later; whoever has the shard next sends them again.
   */
  async #publishedInVain(from: number, shards?: readonly number[]): Promise<number> {
    const ids = new Set<string>();
    for (let sample = 0; sample < 12; sample++) {
      await delay(12);
      for (const id of await this.#leftOf(this.#options.broker.log.slice(from), shards)) ids.add(id);
    }
    return ids.size;
  }

  async #left(sent: readonly Accepted[], shards?: readonly number[]): Promise<number> {
    return (await this.#leftOf(sent, shards)).length;
  }

  /** Ids that were sent and are still in the outbox. */
  async #leftOf(sent: readonly Accepted[], shards?: readonly number[]): Promise<string[]> {
    if (sent.length === 0 || shards?.length === 0) return [];
    const { rows } = await this.#options.admin.query<{ id: string }>(
      'SELECT event_id AS id FROM outbox WHERE event_id = ANY($1::uuid[]) AND ($2::int[] IS NULL OR shard = ANY($2::int[]))',
      [[...new Set(sent.map((message) => message.id))], shards ?? null],
    );
    return rows.map(({ id }) => id);
  }

  /** Shards whose lock a connection holds. */
  async #shardsOfBackend(pid: number): Promise<number[]> {
    const { rows } = await this.#options.admin.query<{ shard: number }>(
      "SELECT objid::int AS shard FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND pid = $2",
      [SHARD_LOCK_CLASS, pid],
    );
    return rows.map(({ shard }) => shard);
  }

  #start(): Member {
    const { mode, url, brokerHost, program } = this.#options;
    const name = `relay-${++this.#generation}`;
    const child = fork(program, [mode, url, brokerHost, name], {
      execArgv: [],
      env: bundledEnvironment(),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const member: Member = {
      name,
      generation: this.#generation,
      child,
      started: false,
      ready: new Promise<void>((resolve, reject) => {
        child.once('message', () => resolve());
        child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it was ready`)));
      }),
    };
    member.ready.then(() => (member.started = true)).catch(() => undefined);
    // A relay that ends by itself (a naive one whose connection was cut) is started again too.
    child.once('exit', (_code, signal) => {
      if (signal !== 'SIGKILL' && !this.#stopped && member.started) Object.assign(member, this.#start());
    });
    return member;
  }
}
