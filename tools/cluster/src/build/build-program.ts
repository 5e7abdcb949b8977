import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from '../cluster-error.ts';
import { CACHE, program } from '../paths.ts';
import { type GoProgram, KUBERNETES } from './programs.ts';
import { wrapperModule } from './wrapper-module.ts';

interface Downloaded {
  GoMod: string;
  Dir: string;
}

const ENV = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod -trimpath -buildvcs=false' };

/** Downloads a Go module, checked against the checksum database. */
export function downloadModule(module: string, version: string): Downloaded {
  needGo();
  const { status, stdout, stderr } = spawnSync('go', ['mod', 'download', '-json', `${module}@${version}`], {
    encoding: 'utf8',
    env: ENV,
    cwd: CACHE,
  });
  if (status !== 0) throw new ClusterError(`go cannot download ${module}@${version}: ${stderr || stdout}`);
  return JSON.parse(stdout) as Downloaded;
}

/** Builds a program into the cache unless it is there. Kubernetes' take some minutes each, the first time. */
export function buildProgram(it: GoProgram, say: (line: string) => void): void {
  mkdirSync(join(CACHE, 'bin'), { recursive: true });
  if (existsSync(program(it.name))) return;
  say(`building ${it.name} ${it.version} from its Go module`);
  const { GoMod } = downloadModule(it.module, it.version);
  const folder = join(CACHE, 'src', it.name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'go.mod'), wrapperModule(it, readFileSync(GoMod, 'utf8')));
  const version = 'k8s.io/component-base/version';
  const stamp =
    it.module === 'k8s.io/kubernetes'
      ? ` -X ${version}.gitVersion=${KUBERNETES} -X ${version}.gitMajor=1 -X ${version}.gitMinor=34`
      : '';
  const partial = `${program(it.name)}.partial`;
  const { status } = spawnSync('go', ['build', '-ldflags', `-s -w${stamp}`, '-o', partial, it.main], {
    cwd: folder,
    env: ENV,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new ClusterError(`${it.name} cannot be built; the reason stands above`);
  renameSync(partial, program(it.name));
}

function needGo(): void {
  mkdirSync(CACHE, { recursive: true });
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
  } catch {
    throw new ClusterError(
      'Go 1.25 or newer is needed to build Kubernetes: install it from https://go.dev/dl and try again',
    );
  }
}
