import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../paths.ts';
import type { Node } from '../cluster.ts';
import type { DockerEngine } from '../docker-engine.ts';

/** A command of deploy/README.md with Skaffold in it, and what it says. */
export class SkaffoldLoop {
  /** All that was said. */
  said = '';
  readonly #heard: { at: number; text: string }[] = [];
  readonly #child: ChildProcess;

  /** Runs a command of Skaffold's. The node plays a cluster of kind's: Skaffold gives it images by kind's command. */
  constructor(node: Node, docker: DockerEngine, command: string) {
    const { state, kubeconfig } = node.plane;
    const bin = join(state, 'bin');
    mkdirSync(bin, { recursive: true });
    // kind load docker-image --name kiban <image>
    const load = `docker save "$5" | ctr --address ${node.runtime.socket} --namespace k8s.io images import -`;
    writeFileSync(join(bin, 'kind'), `#!/bin/sh\n${load}\n`);
    chmodSync(join(bin, 'kind'), 0o755);
    const config = readFileSync(kubeconfig, 'utf8').replaceAll('"kiban"', '"kind-kiban"');
    writeFileSync(join(state, 'kind.json'), config, { mode: 0o600 });
    this.#child = spawn('bash', ['-c', command], {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...node.environment,
        ...docker.environment,
        PATH: `${bin}:${node.environment['PATH'] ?? ''}`,
        HOME: state,
        KUBECONFIG: join(state, 'kind.json'),
        SKAFFOLD_UPDATE_CHECK: 'false',
      },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said += text;
        this.#heard.push({ at: Date.now(), text });
      });
    }
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Until it has ended by itself; @returns whether nothing went wrong */
  async end(): Promise<boolean> {
    if (!this.ended) await once(this.#child, 'close');
    return this.#child.exitCode === 0;
  }

  /** When it first said something after a moment; undefined when it did not. */
  heardAfter(moment: number, what: string): number | undefined {
    return this.#heard.find(({ at, text }) => at >= moment && text.includes(what))?.at;
  }

  async stop(): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined || this.ended) return;
    process.kill(-pid, 'SIGTERM');
    await sleep(2_000);
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // All of them have ended.
    }
  }
}
