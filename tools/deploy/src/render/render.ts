import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { DeployError } from '../deploy-error.ts';
import { OVERLAYS, RENDERED, ROOT } from '../paths.ts';
import { buildCombinations, COMBINATIONS } from './combinations.ts';
import { generatedFiles } from './generated-files.ts';
import { inputHash } from './input-hash.ts';
import { needKustomize } from './kustomize.ts';
import { overlayNames } from './overlays.ts';

const AGAIN = 'run npm run render and commit what it changes';

/** Generates what the manifests are generated from, builds every overlay and writes deploy/rendered. */
export function render(): void {
  for (const [file, content] of generatedFiles()) writeIfChanged(file, content);
  const kustomize = needKustomize();
  const names = overlayNames();
  for (const name of names) writeIfChanged(renderedFile(name), withHeader(name, kustomize.build(join(OVERLAYS, name))));
  for (const stray of strayFiles(names)) rmSync(stray);
  console.log(`rendered ${names.join(', ')} with ${kustomize.version} to ${relative(ROOT, RENDERED)}`);
}

/** Builds everything again and compares it with what is committed. Throws DeployError at the first difference. */
export function verifyRendered(): void {
  problems(staleFiles());
  const kustomize = needKustomize();
  const names = overlayNames();
  for (const name of names) {
    const fresh = withHeader(name, kustomize.build(join(OVERLAYS, name)));
    if (readFileSync(renderedFile(name), 'utf8') !== fresh) problems([`${shown(renderedFile(name))} differs`]);
  }
  const combinations = buildCombinations(kustomize);
  console.log(
    `${names.length} overlays render with ${kustomize.version} to what is committed; ` +
      `${combinations} combinations with components are in ${shown(COMBINATIONS)}`,
  );
}

/** What is older than its inputs, one sentence each; needs no kustomize. */
export function staleFiles(): string[] {
  const names = overlayNames();
  const generated = [...generatedFiles()]
    .filter(([file, content]) => read(file) !== content)
    .map(([file]) => `${shown(file)} is not what its sources generate`);
  const rendered = names
    .filter((name) => !read(renderedFile(name))?.startsWith(header(name)))
    .map((name) => `${shown(renderedFile(name))} is older than deploy/k8s`);
  const stray = strayFiles(names).map((file) => `${shown(file)} belongs to no overlay`);
  return [...generated, ...rendered, ...stray];
}

/** Where the render of an overlay is committed. */
function renderedFile(overlay: string): string {
  return join(RENDERED, `${overlay}.yaml`);
}

function problems(found: readonly string[]): void {
  if (found.length) throw new DeployError(`${found.join('\n')}\n${AGAIN}`);
}

function header(overlay: string): string {
  return `# overlays/${overlay}, made by: npm run render\n# inputs: ${inputHash(join(OVERLAYS, overlay))}\n`;
}

function withHeader(overlay: string, yaml: string): string {
  return header(overlay) + yaml;
}

function strayFiles(overlays: readonly string[]): string[] {
  return globSync('*.yaml', { cwd: RENDERED })
    .filter((file) => !overlays.includes(basename(file, '.yaml')))
    .map((file) => join(RENDERED, file));
}

function writeIfChanged(file: string, content: string): void {
  if (read(file) === content) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function shown(file: string): string {
  return relative(ROOT, file);
}
