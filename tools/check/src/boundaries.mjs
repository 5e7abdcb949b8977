// Module boundaries, from Nx's own project graph and tags. Prints each violation as file:line and exits 1.
//   node tools/check/src/boundaries.mjs
// Why not @nx/enforce-module-boundaries: docs/adr/0001-toolchain.md.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Which tags a project may depend on: apps and tools on libs, libs on libs; nobody on apps. */
const ALLOWED = { 'type:app': ['type:lib'], 'type:lib': ['type:lib'], 'type:tool': ['type:lib'] };
/** Folders that are made: dist/, bundle/ and the like. */
const GENERATED = /(?:^|\/)(?:node_modules|dist|bundle|gen)$/;
const IMPORT = /\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g;

/** Violations in a list of projects: {name, root, tags, pkg}. */
export function violations(projects) {
  const byName = new Map(projects.map((project) => [project.pkg.name, project]));
  const edges = new Map(projects.map((project) => [project.pkg.name, new Set()]));
  const found = projects.flatMap((project) => fileViolations(project, byName, edges));
  return [...new Set([...found, ...cycles(edges)])];
}

function fileViolations(project, byName, edges) {
  const found = [];
  for (const file of globSync('**/*.ts', { cwd: project.root, exclude: (path) => GENERATED.test(path) })) {
    const path = join(project.root, file);
    const text = readFileSync(path, 'utf8');
    for (const match of text.matchAll(IMPORT)) {
      const at = `${path}:${text.slice(0, match.index).split('\n').length}`;
      const problem = importViolation(project, file, match[1], byName, edges);
      if (problem) found.push(`${at} ${problem}`);
    }
  }
  return found;
}

function importViolation(project, file, specifier, byName, edges) {
  if (specifier.startsWith('.')) {
    const target = resolve(project.root, dirname(file), specifier);
    const leaves = relative(resolve(project.root), target).startsWith('..');
    return leaves ? `relative import leaves ${project.pkg.name}: ${specifier}` : undefined;
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const target = byName.get(name);
  if (!target || target === project) return undefined;
  const { dependencies, devDependencies } = project.pkg;
  // Tests, benches, faults and the like do not ship.
  const isShipped = file.startsWith('src') && !file.endsWith('.spec.ts');
  if (isShipped) edges.get(project.pkg.name).add(name);
  if (!dependencies?.[name] && (isShipped || !devDependencies?.[name])) {
    return `${name} is not declared in ${project.root}/package.json${isShipped ? ' dependencies' : ''}`;
  }
  const allowed = project.tags.some((tag) => ALLOWED[tag]?.some((other) => target.tags.includes(other)));
  if (!allowed) return `${project.pkg.name} [${project.tags}] may not import ${name} [${target.tags}]`;
  const deep = specifier !== name && !hasDoor(target.pkg, `.${specifier.slice(name.length)}`);
  return deep ? `deep import: ${specifier} is not a door of ${name}` : undefined;
}

function hasDoor(pkg, subpath) {
  return Object.keys(pkg.exports ?? {}).some((door) =>
    door.includes('*') ? subpath.startsWith(door.slice(0, door.indexOf('*'))) : door === subpath,
  );
}

function cycles(edges) {
  const found = [];
  const done = new Set();
  const visit = (name, trail) => {
    if (trail.includes(name)) {
      found.push(`cycle: ${[...trail.slice(trail.indexOf(name)), name].join(' -> ')}`);
      return;
    }
    if (done.has(name)) return;
    for (const next of edges.get(name) ?? []) visit(next, [...trail, name]);
    done.add(name);
  };
  for (const name of edges.keys()) visit(name, []);
  return found;
}

function projectsOfWorkspace() {
  const out = execFileSync('nx', ['graph', '--print'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const { graph } = JSON.parse(out.slice(out.indexOf('{')));
  return Object.values(graph.nodes)
    .filter(({ data }) => data.root !== '.') // the folder of all projects, which has no code of its own
    .map(({ data }) => ({
      root: data.root,
      tags: data.tags ?? [],
      pkg: JSON.parse(readFileSync(join(data.root, 'package.json'), 'utf8')),
    }));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const projects = projectsOfWorkspace();
  const problems = violations(projects);
  if (problems.length) {
    console.error(`${problems.join('\n')}\nboundaries: ${problems.length} problems`);
    process.exit(1);
  }
  console.log(`boundaries: ${projects.length} projects, no problem`);
}
