import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { K8S } from '../paths.ts';
import { folderGraph } from './folder-graph.ts';

/**
 * Hash of everything that decides what an overlay renders to: its folder and each folder it refers to, READMEs left
 * out. Needs no kustomize, so every check can tell a render that is older than its inputs.
 */
export function inputHash(overlayDir: string, root = K8S): string {
  const hash = createHash('sha256');
  for (const file of [...folderGraph(overlayDir)].flatMap(filesOf).toSorted()) {
    const content = readFileSync(file);
    hash.update(`${relative(root, file)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Files of a folder and of its subfolders that are no kustomization of their own. */
function filesOf(folder: string): string[] {
  return globSync('**/*', { cwd: folder })
    .filter((file) => !file.endsWith('.md') && statSync(join(folder, file)).isFile())
    .filter((file) => !belongsToSubfolder(folder, file))
    .map((file) => join(folder, file));
}

function belongsToSubfolder(folder: string, file: string): boolean {
  const parts = file.split(/[/\\]/).slice(0, -1);
  return parts.some((_, at) => existsSync(join(folder, ...parts.slice(0, at + 1), 'kustomization.yaml')));
}
