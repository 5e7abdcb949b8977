import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

/** What of a kustomization may name folders. */
const LISTS = ['resources', 'components', 'configurations', 'transformers', 'generators'];

/** A kustomization's folder and every folder that it refers to, directly or not. */
export function folderGraph(folder: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(folder)) return found;
  found.add(folder);
  const kustomization = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as Record<string, unknown>;
  for (const entry of LISTS.flatMap((list) => (kustomization[list] as string[] | undefined) ?? [])) {
    const target = resolve(folder, entry);
    if (existsSync(target) && statSync(target).isDirectory()) folderGraph(target, found);
  }
  return found;
}
