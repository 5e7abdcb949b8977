import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { OVERLAYS } from '../paths.ts';

/** Names of the overlays that are rendered, such as `local`. */
export function overlayNames(): string[] {
  return globSync('*/kustomization.yaml', { cwd: OVERLAYS }).map(dirname).toSorted();
}
