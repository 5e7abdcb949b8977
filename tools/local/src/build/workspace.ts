import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One package of the workspace. */
export interface WorkspacePackage {
  readonly name: string;
  readonly dir: string;
  /** Names of the workspace packages it needs at run time. */
  readonly dependencies: readonly string[];
}

/** Apps and libs by package name. */
export function readWorkspace(root: string): ReadonlyMap<string, WorkspacePackage> {
  const packages = new Map<string, WorkspacePackage>();
  for (const file of globSync('{apps,libs}/*/package.json', { cwd: root })) {
    const { name, dependencies = {} } = JSON.parse(readFileSync(join(root, file), 'utf8')) as {
      name: string;
      dependencies?: Record<string, string>;
    };
    const own = Object.keys(dependencies).filter((each) => each.startsWith('@kiban/'));
    packages.set(name, { name, dir: join(root, dirname(file)), dependencies: own });
  }
  return packages;
}

/** A package and everything it needs, itself first. */
export function closure(packages: ReadonlyMap<string, WorkspacePackage>, name: string): WorkspacePackage[] {
  const found = new Map<string, WorkspacePackage>();
  const visit = (each: string) => {
    const next = packages.get(each);
    if (!next || found.has(each)) return;
    found.set(each, next);
    next.dependencies.forEach(visit);
  };
  visit(name);
  return [...found.values()];
}
