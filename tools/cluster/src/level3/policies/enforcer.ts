import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../../cluster/api.ts';
import { run } from '../network.ts';
import { rulesOf } from './rules.ts';

const LOOK_EVERY_MS = 250;

/**
 * Holds back the packets that network policies forbid, on this node. A cluster's network plugin does this; none could be
 * had here, and what the policies say is to be tried all the same.
 */
export class PolicyEnforcer {
  readonly #api: Api;
  #running = true;
  #applied = '';
  #loop: Promise<void> | undefined;

  constructor(api: Api) {
    this.#api = api;
  }

  async start(): Promise<void> {
    await this.#look();
    run('iptables', ['--insert', 'FORWARD', '--jump', 'KIBAN-POLICY']);
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (this.#running) {
      // The API server may be away for a moment: the rules stay as they are.
      await this.#look().catch(() => undefined);
      await sleep(LOOK_EVERY_MS);
    }
  }

  async #look(): Promise<void> {
    const list = async (path: string) => (await this.#api.must('GET', path)).items ?? [];
    const [policies, pods, namespaces] = await Promise.all([
      list('/apis/networking.k8s.io/v1/networkpolicies'),
      list('/api/v1/pods'),
      list('/api/v1/namespaces'),
    ]);
    const rules = rulesOf({ policies, pods, namespaces });
    if (rules === this.#applied) return;
    run('iptables-restore', ['--noflush', '--wait'], rules);
    this.#applied = rules;
  }
}
