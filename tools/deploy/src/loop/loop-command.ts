import { spawn } from 'node:child_process';
import { globSync, watch } from 'node:fs';
import { join } from 'node:path';
import { DeployError } from '../deploy-error.ts';
import { chooseApps } from '../images/apps.ts';
import { ROOT } from '../paths.ts';
import { TypeCheck } from './check-types.ts';
import { EditBundler } from './edit-bundler.ts';

/** Editors write a file in several steps. */
const SETTLE_MS = 30;
/** For how long files must rest before Skaffold copies them, ms; its own default is 1000. All that we write comes at once. */
const SKAFFOLD_REST_MS = '50';
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
  const bundlers = chooseApps(mine.filter((each) => each !== '--once')).map((app) => new EditBundler(app));
  for (const bundler of bundlers) {
    console.error(`loop: bundling ${bundler.app}`);
    await bundler.build('libraries');
    if (mine.includes('--once')) bundler.close();
  }
  if (mine.includes('--once')) return;
  watchSources(bundlers);
  if (command.length === 0) return;
  const [program = '', ...rest] = command;
  const env = { SKAFFOLD_WATCH_POLL_INTERVAL: SKAFFOLD_REST_MS, ...process.env };
  const child = spawn(program, rest, { stdio: 'inherit', cwd: ROOT, env });
  child.once('error', ({ message }) => console.error(`loop: ${program} cannot be run: ${message}`));
  child.once('close', (code) => process.exit(code ?? 1));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
}

function watchSources(bundlers: readonly EditBundler[]): void {
  const types = new TypeCheck();
  const dirty = new Map<EditBundler, 'app' | 'libraries'>();
  let running = false;
  let timer: NodeJS.Timeout | undefined;
  const rebuild = async () => {
    if (running) return;
    running = true;
    for (const [bundler, what] of dirty) {
      dirty.delete(bundler);
      await rebuildOne(bundler, what);
    }
    running = false;
    if (dirty.size > 0) void rebuild();
    else types.after(bundlers.map(({ app }) => app));
  };
  const changed = (which: readonly EditBundler[], what: 'app' | 'libraries') => {
    for (const each of which) if (dirty.get(each) !== 'libraries') dirty.set(each, what);
    clearTimeout(timer);
    timer = setTimeout(() => void rebuild(), SETTLE_MS);
  };
  for (const each of bundlers) {
    watch(join(ROOT, 'apps', each.app, 'src'), { recursive: true }, () => changed([each], 'app'));
  }
  for (const lib of globSync('libs/*/src', { cwd: ROOT })) {
    watch(join(ROOT, lib), { recursive: true }, () => changed(bundlers, 'libraries'));
  }
}

async function rebuildOne(bundler: EditBundler, what: 'app' | 'libraries'): Promise<void> {
  const started = performance.now();
  try {
    const { appMs, librariesMs, changed } = await bundler.build(what);
    const ms = Math.round(performance.now() - started);
    console.error(
      `loop: ${bundler.app} in ${ms} ms (app ${appMs}, libraries ${librariesMs}): ${changed} files changed`,
    );
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    console.error(`loop: ${bundler.app} cannot be bundled; what runs stays as it was\n${error.message}`);
  }
}
