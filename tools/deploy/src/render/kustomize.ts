import { spawnSync } from 'node:child_process';
import { DeployError } from '../deploy-error.ts';

/** Every version renders the same bytes, as far as tried: kustomize 5.7.1 and kubectl 1.27 to 1.34. */
const KUSTOMIZE_VERSION = 'v5.7.1';

const HOW = `Install it with: go install sigs.k8s.io/kustomize/kustomize/v5@${KUSTOMIZE_VERSION}
or put a kubectl of 1.27 or later on PATH.`;

/** One way to build a kustomization. */
export interface Kustomize {
  readonly version: string;
  build(folder: string): string;
}

/** kustomize, else a kubectl that is new enough; undefined when neither is found. */
function findKustomize(): Kustomize | undefined {
  const own = run('kustomize', ['version']);
  if (own.status === 0) return { version: `kustomize ${own.stdout.trim()}`, build: builder('kustomize', ['build']) };
  const kubectl = run('kubectl', ['version', '--client', '--output=json']);
  if (kubectl.status !== 0) return undefined;
  const { clientVersion } = JSON.parse(kubectl.stdout) as { clientVersion: { minor: string; gitVersion: string } };
  if (Number.parseInt(clientVersion.minor, 10) < 27) return undefined;
  return { version: `kubectl ${clientVersion.gitVersion}`, build: builder('kubectl', ['kustomize']) };
}

/** @throws DeployError that says how to install it */
export function needKustomize(): Kustomize {
  const found = findKustomize();
  if (!found) throw new DeployError(`Neither kustomize nor a kubectl of 1.27 or later is on PATH.\n${HOW}`);
  return found;
}

function builder(command: string, args: readonly string[]): (folder: string) => string {
  return (folder) => {
    const { status, stdout, stderr } = run(command, [...args, folder]);
    if (status !== 0) throw new DeployError(`${folder} does not build:\n${stderr.trim()}`);
    return stdout;
  };
}

function run(command: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  return { status, stdout: stdout ?? '', stderr: stderr ?? '' };
}
