import { join } from 'node:path';
import type { Processes } from '../cluster/processes.ts';
import { program } from '../paths.ts';
import { PAUSE_IMAGE } from './container-runtime.ts';
import { DockerEngine } from './docker-engine.ts';

export const DNS_IMAGE = 'kiban-standin/coredns:1';
const POSTGRES_IMAGE = 'postgres:18.1-trixie';
/** The service that the developer of the check works on. */
const DEVELOPED = 'bff';
const APPS = [
  'bff',
  'content',
  'content-similarity',
  'gateway',
  'jobs',
  'outbox-relay',
  'pubsub-emulator',
  'recommendation',
];

/** Builds everything that will run on the node and writes it to one file. The machine's network is still there. */
export async function saveImages(state: string, processes: Processes, say: (line: string) => void): Promise<string> {
  const docker = new DockerEngine(state);
  await docker.start(processes);
  try {
    say('building the images with stand-in bases');
    docker.buildPlatform();
    // What a developer's namespace runs: the image of the edit loop.
    docker.buildPlatform('--dev', DEVELOPED);
    // The next version of every service: the same code under another name, so that a rollout mixes two images.
    for (const app of APPS) docker.run(['build', '--quiet', '--tag', `kiban/${app}:next`, '-'], next(app));
    docker.imageOfProgram(PAUSE_IMAGE, program('pause'));
    docker.imageOfProgram(DNS_IMAGE, program('coredns'));
    const file = join(state, 'images.tar');
    const apps = APPS.flatMap((app) => [`kiban/${app}:local`, `kiban/${app}:next`]);
    docker.run(['save', '--output', file, PAUSE_IMAGE, DNS_IMAGE, POSTGRES_IMAGE, `kiban/${DEVELOPED}:dev`, ...apps]);
    return file;
  } finally {
    await processes.stop('dockerd');
  }
}

function next(app: string): Buffer {
  return Buffer.from(`FROM kiban/${app}:local\nENV KIBAN_VERSION=next\n`);
}
