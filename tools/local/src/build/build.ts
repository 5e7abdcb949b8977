import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { StartError } from '../start-error.ts';
import { isFresh, writeStamp } from './bundle-stamp.ts';
import { ContentHash } from './content-hash.ts';
import { runTool } from './run-tool.ts';
import { readWorkspace } from './workspace.ts';

/** As many bundlers at a time as pay on two cores. */
const BUNDLERS = 2;
const SHOWN_LINES = 12;

export interface Build {
  /** Apps whose sources changed since their bundle was made. */
  readonly stale: readonly string[];
  /** Resolves when the bundle of this app is there. Throws StartError. */
  readonly built: (app: string) => Promise<void>;
  /** Resolves when all are there. Throws StartError. */
  readonly all: Promise<void>;
}

/**
 * Compiles and bundles the apps that changed, in the order given, and lets each be used as soon as it is there.
 * Nx does the same in CI; here its start alone would take longer than everything that has to be done.
 */
export function startBuild(root: string, apps: readonly string[]): Build {
  const packages = readWorkspace(root);
  const hash = new ContentHash(root, packages);
  const dir = (app: string) => join(root, 'apps', app);
  const hashes = new Map(apps.map((app) => [app, hash.of(`@kiban/app-${app}`)]));
  const stale = apps.filter((app) => !isFresh(dir(app), hashes.get(app)!));
  const compiled = stale.length ? compile(root, stale.map(dir)) : Promise.resolve();
  const waiting = [...stale];
  const done = new Map(stale.map((app) => [app, Promise.withResolvers<void>()]));
  const bundleNext = async () => {
    await compiled;
    for (let app = waiting.shift(); app; app = waiting.shift()) {
      await bundle(dir(app));
      writeStamp(dir(app), hashes.get(app)!);
      done.get(app)!.resolve();
    }
  };
  const all = Promise.all(Array.from({ length: BUNDLERS }, bundleNext)).then(() => {});
  all.catch((error: unknown) => done.forEach(({ promise, reject }) => (promise.catch(() => {}), reject(error))));
  return { stale, built: (app) => done.get(app)?.promise ?? Promise.resolve(), all };
}

async function compile(root: string, dirs: readonly string[]): Promise<void> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  if (!existsSync(tsc)) {
    throw new StartError(
      'The bundles are missing and TypeScript is not installed to make them: run npm ci, then npm start again.',
    );
  }
  // Four by default; each checks again what they share, a fifth more work than two cores have time for.
  const checkers = String(Math.min(4, Math.ceil(availableParallelism() / 2)));
  const { code, output } = await runTool(
    ['node', tsc, '-b', '--checkers', checkers, ...dirs].map((part) => JSON.stringify(part)).join(' '),
    root,
  );
  if (code === 0) return;
  const lines = output.trim().split('\n');
  const more = lines.length > SHOWN_LINES ? `\n... ${lines.length - SHOWN_LINES} more lines` : '';
  throw new StartError(
    `${lines.slice(0, SHOWN_LINES).join('\n')}${more}\nThe sources do not compile: mend that, then npm start again.`,
  );
}

/** Runs the script `bundle` of the app's package.json, as Nx does: some apps ship more than one file. */
async function bundle(appDir: string): Promise<void> {
  const { scripts } = JSON.parse(readFileSync(join(appDir, 'package.json'), 'utf8')) as { scripts: { bundle: string } };
  const { code, output } = await runTool(scripts.bundle, appDir);
  if (code === 0) return;
  throw new StartError(
    `${output.trim().split('\n').slice(-SHOWN_LINES).join('\n')}\n${basename(appDir)} cannot be bundled: mend that, then npm start again.`,
  );
}
