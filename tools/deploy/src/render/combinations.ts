import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import { K8S, OVERLAYS, ROOT } from '../paths.ts';
import type { Kustomize } from './kustomize.ts';
import { overlayNames } from './overlays.ts';

/** Components that may be added to any overlay; the others belong to some. */
const FREE = ['spot', 'standby', 'single'];

/** Where the combinations are written, `<overlay>+<component>.yaml`. */
export const COMBINATIONS = join(ROOT, 'dist/combinations');

/** Builds every overlay with each set of free components; answers how many there are. Throws DeployError. */
export function buildCombinations(kustomize: Kustomize): number {
  rmSync(COMBINATIONS, { recursive: true, force: true });
  mkdirSync(COMBINATIONS, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'kiban-combinations-'));
  try {
    const all = overlayNames().flatMap((overlay) => subsets(FREE).map((components) => ({ overlay, components })));
    for (const { overlay, components } of all) {
      const kustomization = {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: [relative(work, join(OVERLAYS, overlay))],
        components: components.map((component) => relative(work, join(K8S, 'components', component))),
      };
      writeFileSync(join(work, 'kustomization.yaml'), stringify(kustomization));
      writeFileSync(join(COMBINATIONS, `${[overlay, ...components].join('+')}.yaml`), kustomize.build(work));
    }
    return all.length;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Every subset but the empty one. */
function subsets(names: readonly string[]): string[][] {
  const all = names.reduce<string[][]>((sets, name) => [...sets, ...sets.map((set) => [...set, name])], [[]]);
  return all.slice(1);
}
