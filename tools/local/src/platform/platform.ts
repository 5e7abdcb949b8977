import { join } from 'node:path';
import { ensureDevelopmentKeys } from '@kiban/auth';
import { topology } from '@kiban/events/topology';
import { applyTopology } from '@kiban/pubsub';
import { type Build, startBuild } from '../build/build.ts';
import { ROOT, type StatePaths } from '../paths.ts';
import { StartError } from '../start-error.ts';
import type { StartOptions } from '../start-options.ts';
import type { RunProcess } from '../state/run-file.ts';
import type { Supervised } from '../supervisor/supervised.ts';
import type { Reporter } from '../view/reporter.ts';
import { Databases } from './databases.ts';
import {
  commonEnvironment,
  emulatorEnvironment,
  pubsubOf,
  serviceEnvironment,
  type Surroundings,
} from './environment.ts';
import { freePorts } from './free-ports.ts';
import { Jobs } from './jobs.ts';
import { EMULATOR, JOBS, SERVICES, type ServiceSpec } from './services.ts';
import { superviseApp } from './supervise-app.ts';

export interface PlatformOptions extends StartOptions {
  readonly paths: StatePaths;
  readonly reporter: Reporter;
  /** Called whenever a process changes. */
  readonly onChange: () => void;
}

/** All processes of a local run, started in the order in which they need each other, and stopped in the reverse. */
export class Platform {
  readonly #options: PlatformOptions;
  readonly #specs: readonly ServiceSpec[];
  readonly #databases: Databases;
  /** By name; a service that waits for its bundle is not in it yet. */
  readonly #started = new Map<string, Supervised>();
  #emulator: Supervised | undefined;
  #jobs: Jobs | undefined;
  #build: Build | undefined;
  #starting: Promise<unknown> = Promise.resolve();
  #stopping = false;

  constructor(options: PlatformOptions) {
    this.#options = options;
    this.#specs = SERVICES.filter(({ name }) => options.only.includes(name));
    this.#databases = new Databases({
      dataDir: options.paths.postgres,
      logFile: join(options.paths.logs, 'postgres.log'),
      needed: new Set(this.#specs.flatMap(({ databases }) => databases)),
      onChange: () => options.onChange(),
    });
  }

  /** In the order of start, whichever bundle was there first. */
  get #services(): readonly Supervised[] {
    return this.#specs.flatMap(({ name }) => this.#started.get(name) ?? []);
  }

  /** Every process, for the run file and the table. */
  get processes(): readonly RunProcess[] {
    return [
      ...(this.#databases.isEmbedded ? [this.#databases.describe()] : []),
      ...[...(this.#emulator ? [this.#emulator] : []), ...this.#services].map((each) => each.describe()),
    ];
  }

  /** Resolves when every service is ready. Rejects with an error whose message says what to do. */
  async start(): Promise<void> {
    const { paths, reporter } = this.#options;
    const externalPubSub = process.env['PUBSUB_EMULATOR_HOST'] || undefined;
    // What needs neither database nor Pub/Sub is built first and uses the time in which those start: a reader's first request
    // needs these and `content`.
    const needsNothing = ({ databases, pubsub }: ServiceSpec) => !databases.length && !pubsub;
    const early = this.#specs.filter(needsNothing);
    const late = this.#specs.filter((spec) => !needsNothing(spec));
    const apps = [...(externalPubSub ? [] : [EMULATOR]), ...[...early, ...late].map(({ name }) => name), JOBS];
    this.#build = startBuild(ROOT, apps);
    const { stale } = this.#build;
    if (stale.length) reporter.step('build', `building what changed: ${stale.join(', ')}`);

    // Those of --only have the others' addresses too: nobody is there, as when a service is down.
    const ports = await freePorts(2 * SERVICES.length + 1);
    const surroundings: Surroundings = {
      paths,
      keys: await ensureDevelopmentKeys(paths.keys),
      ports: new Map(SERVICES.map(({ name }, at) => [name, { grpc: ports[2 * at]!, ops: ports[2 * at + 1]! }])),
      gatewayPort: this.#options.port,
      pubsub: externalPubSub ?? `127.0.0.1:${ports.at(-1)!}`,
      databaseUrl: (name) => this.#databases.url(name),
    };
    const start = (specs: readonly ServiceSpec[]) => specs.map((spec) => this.#startService(spec, surroundings));
    const earlyOnes = Promise.all(start(early));
    earlyOnes.catch(() => {});
    this.#starting = Promise.allSettled([this.#databases.start(), this.#startPubSub(surroundings, !externalPubSub)]);
    for (const result of (await this.#starting) as PromiseSettledResult<void>[]) {
      if (result.status === 'rejected') throw result.reason;
    }
    reporter.step('infrastructure', 'PostgreSQL and Pub/Sub are up');
    await Promise.all([earlyOnes, ...start(late)]);
    this.#jobs = new Jobs({ surroundings, reporter, built: this.#build.built(JOBS) });
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#jobs?.stop();
    for (const service of this.#services.toReversed()) await service.stop();
    // What is just being started has to be there before it can be stopped.
    await Promise.allSettled([this.#starting, this.#build?.all]);
    await this.#emulator?.stop();
    await this.#databases.stop();
  }

  /** Ends everything at once. */
  kill(): void {
    for (const service of [...this.#services, ...(this.#emulator ? [this.#emulator] : [])]) service.kill();
  }

  async #startPubSub(surroundings: Surroundings, own: boolean): Promise<void> {
    if (own) {
      await this.#build!.built(EMULATOR);
      this.#emulator = this.#supervise(EMULATOR, emulatorEnvironment(surroundings), 192);
      await this.#emulator.start();
    }
    await applyTopology(topology, pubsubOf(commonEnvironment(surroundings)));
  }

  async #startService(spec: ServiceSpec, surroundings: Surroundings): Promise<void> {
    await this.#build!.built(spec.name);
    const service = this.#supervise(spec.name, serviceEnvironment(spec.name, surroundings), spec.heapMb, spec.youngMb);
    this.#started.set(spec.name, service);
    await service.start();
  }

  #supervise(name: string, env: NodeJS.ProcessEnv, heapMb: number, youngMb?: number): Supervised {
    if (this.#stopping) throw new StartError('Stopped before everything was up.');
    const { paths, reporter, onChange } = this.#options;
    return superviseApp({
      name,
      env,
      heapMb,
      youngMb,
      logs: paths.logs,
      onChange: (process) => {
        if (!this.#stopping) reporter.service(process);
        onChange();
      },
    });
  }
}
