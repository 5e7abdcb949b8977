import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { ClusterError } from '../cluster-error.ts';
import { CACHE, program } from '../paths.ts';
import type { GoProgram } from './programs.ts';
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
  const { GoMod, Dir } = downloadModule(it.module, it.version);
  const folder = join(CACHE, 'src', it.name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'go.mod'), wrapperModule(it, readFileSync(GoMod, 'utf8')));
  // The sums of what it was released with; what is missing is asked of the checksum database.
  const sums = join(Dir, 'go.sum');
  if (existsSync(sums)) cpSync(sums, join(folder, 'go.sum'));
  const own = isAbsolute(it.main);
  if (own) cpSync(it.main, join(folder, 'main.go'));
  compile(it.name, folder, own ? '.' : it.main, it.stamp);
}

/** Builds a program whose source is a file of this tool. */
export function buildOwnProgram(name: string, source: string): void {
  if (existsSync(program(name))) return;
  needGo();
  compile(name, dirname(source), source);
}

function compile(name: string, cwd: string, main: string, stamp = ''): void {
  mkdirSync(join(CACHE, 'bin'), { recursive: true });
  const partial = `${program(name)}.partial`;
  const { status } = spawnSync('go', ['build', '-ldflags', `-s -w${stamp}`, '-o', partial, main], {
    cwd,
    env: ENV,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new ClusterError(`${name} cannot be built; the reason stands above`);
  renameSync(partial, program(name));
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
