import { spawn } from 'node:child_process';
import { globSync, watch } from 'node:fs';
import { join } from 'node:path';
import { DeployError } from '../deploy-error.ts';
import { chooseApps } from '../images/apps.ts';
import { ROOT } from '../paths.ts';
import { buildBundle } from './build-bundle.ts';

/** Editors write a file in several steps. */
const SETTLE_MS = 30;
const USAGE = `usage: npm run loop -- [--once] [app...] [run <command>...]
  npm run loop -- content run skaffold dev -p local -m content`;

/**
 * Keeps the bundles of apps as new as their sources: what `skaffold dev` watches and copies into pods. With a command,
 * runs it once the bundles are there and ends with it.
 */
export async function loopCommand(args: readonly string[]): Promise<void> {
  const end = args.indexOf('run');
  const mine = end < 0 ? args : args.slice(0, end);
  const command = end < 0 ? [] : args.slice(end + 1);
  const unknown = mine.filter((each) => each.startsWith('-') && each !== '--once');
  if (unknown.length > 0) throw new DeployError(`no option ${unknown.join(', ')}\n${USAGE}`);
  const apps = chooseApps(mine.filter((each) => each !== '--once'));
  for (const app of apps) {
    console.error(`loop: bundling ${app}`);
    if ((await buildBundle(app)) === undefined)
      throw new DeployError(`${app} does not compile: the reason stands above`);
  }
  if (mine.includes('--once')) return;
  watchSources(apps);
  if (command.length === 0) return;
  const [program = '', ...rest] = command;
  const child = spawn(program, rest, { stdio: 'inherit', cwd: ROOT });
  child.once('error', ({ message }) => console.error(`loop: ${program} cannot be run: ${message}`));
  child.once('close', (code) => process.exit(code ?? 1));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
}

function watchSources(apps: readonly string[]): void {
  const dirty = new Set<string>();
  let running = false;
  let timer: NodeJS.Timeout | undefined;
  const rebuild = async () => {
    if (running) return;
    running = true;
    for (const app of dirty) {
      dirty.delete(app);
      const started = performance.now();
      const done = await buildBundle(app);
      const ms = Math.round(performance.now() - started);
      if (done === undefined) console.error(`loop: ${app} does not compile; what runs stays as it was`);
      else console.error(`loop: ${app} in ${ms} ms (compile ${done.compileMs}, bundle ${done.bundleMs})`);
    }
    running = false;
    if (dirty.size > 0) void rebuild();
  };
  const changed = (which: readonly string[]) => {
    for (const app of which) dirty.add(app);
    clearTimeout(timer);
    timer = setTimeout(() => void rebuild(), SETTLE_MS);
  };
  for (const app of apps) watch(join(ROOT, 'apps', app, 'src'), { recursive: true }, () => changed([app]));
  for (const lib of globSync('libs/*/src', { cwd: ROOT })) {
    watch(join(ROOT, lib), { recursive: true }, () => changed(apps));
  }
}
