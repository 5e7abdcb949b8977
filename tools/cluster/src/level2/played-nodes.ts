import { setTimeout as sleep } from 'node:timers/promises';
import type { Api, KubeObject } from '../cluster/api.ts';

const LOOK_EVERY_MS = 200;
/** The controllers take a node for dead after 40 s without a word. */
const HEARTBEAT_MS = 5_000;
const SIZE = { cpu: '16', memory: '64Gi', pods: '110', 'ephemeral-storage': '100Gi' };
const PATCH = 'application/merge-patch+json';

/**
 * Plays the part of kubelets: says that nodes are there, that pods placed on them are ready, and that deleted ones have
 * ended. No container runs; a pod of a Job never ends by itself, as one of a slow job.
 */
export class PlayedNodes {
  readonly #api: Api;
  readonly #names: readonly string[];
  #running = true;
  #loop: Promise<void> | undefined;

  constructor(api: Api, count: number) {
    this.#api = api;
    this.#names = Array.from({ length: count }, (_, index) => `node-${index}`);
  }

  async start(): Promise<void> {
    for (const [index, name] of this.#names.entries()) {
      const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `zone-${index % 2}` };
      await this.#api.must('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
    }
    this.#loop = this.#play();
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#loop;
  }

  async #play(): Promise<void> {
    let beat = 0;
    while (this.#running) {
      try {
        if (Date.now() - beat > HEARTBEAT_MS) {
          beat = Date.now();
          for (const name of this.#names) await this.#heartbeat(name);
        }
        const { items = [] } = await this.#api.must('GET', '/api/v1/pods');
        await Promise.all(items.filter(({ spec }) => spec?.['nodeName'] !== undefined).map((pod) => this.#attend(pod)));
      } catch {
        // The API server is away or a pod went meanwhile: the next look finds what is left to do.
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  async #heartbeat(name: string): Promise<void> {
    const now = new Date().toISOString();
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'Played',
      message: '',
      lastHeartbeatTime: now,
      lastTransitionTime: now,
    };
    const status = { capacity: SIZE, allocatable: SIZE, conditions: [ready] };
    await this.#api.must('PATCH', `/api/v1/nodes/${name}/status`, { status }, PATCH);
  }

  async #attend({ metadata, spec, status }: KubeObject): Promise<void> {
    const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
    if (metadata['deletionTimestamp'] !== undefined) {
      await this.#api.call('DELETE', `${path}?gracePeriodSeconds=0`);
      return;
    }
    if (status?.['phase'] === 'Running') return;
    const now = new Date().toISOString();
    const condition = (type: string) => ({ type, status: 'True', lastTransitionTime: now });
    const containers = (spec?.['containers'] ?? []) as { name: string; image: string }[];
    const running = {
      phase: 'Running',
      startTime: now,
      conditions: ['Initialized', 'PodScheduled', 'ContainersReady', 'Ready'].map(condition),
      containerStatuses: containers.map(({ name, image }) => ({
        name,
        image,
        imageID: image,
        ready: true,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: now } },
      })),
    };
    await this.#api.call('PATCH', `${path}/status`, { status: running }, PATCH);
  }
}
