import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../paths.ts';
import type { Node } from '../cluster.ts';
import type { DockerEngine } from '../docker-engine.ts';

/** `npm run loop` with Skaffold in it, as a developer types them, and what both say. */
export class SkaffoldLoop {
  /** All that was said. */
  said = '';
  readonly #heard: { at: number; text: string }[] = [];
  readonly #child: ChildProcess;

  /** The node plays a cluster of kind's: Skaffold gives it images by kind's command. */
  constructor(node: Node, docker: DockerEngine, command: readonly string[]) {
    const { state, kubeconfig } = node.plane;
    const bin = join(state, 'bin');
    mkdirSync(bin, { recursive: true });
    // kind load docker-image --name kiban <image>
    const load = `docker save "$5" | ctr --address ${node.runtime.socket} --namespace k8s.io images import -`;
    writeFileSync(join(bin, 'kind'), `#!/bin/sh\n${load}\n`);
    chmodSync(join(bin, 'kind'), 0o755);
    const config = readFileSync(kubeconfig, 'utf8').replaceAll('"kiban"', '"kind-kiban"');
    writeFileSync(join(state, 'kind.json'), config, { mode: 0o600 });
    this.#child = spawn('npm', ['run', '-s', 'loop', '--', ...command], {
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
