import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { ClusterError } from '../cluster-error.ts';
import type { KubeObject } from '../cluster/api.ts';
import { program, ROOT } from '../paths.ts';

const K8S = join(ROOT, 'deploy/k8s');
/** Components that a team may add to any overlay; the others are parts that overlays are made of. */
const OPTIONAL = ['spot', 'standby', 'dev', 'prescale'];

/** An overlay with components added to it. */
export interface Combination {
  readonly name: string;
  readonly overlay: string;
  readonly components: readonly string[];
}

/** Every overlay with every set of optional components. */
export function combinations(): Combination[] {
  const overlays = readdirSync(join(K8S, 'overlays')).toSorted();
  const known = new Set(readdirSync(join(K8S, 'components')));
  let sets: string[][] = [[]];
  for (const component of OPTIONAL.filter((each) => known.has(each))) {
    sets = [...sets, ...sets.map((set) => [...set, component])];
  }
  return overlays.flatMap((overlay) =>
    sets.map((components) => ({ name: [overlay, ...components].join(' + '), overlay, components })),
  );
}

/** What Kustomize makes of a combination. @throws ClusterError with its words when it refuses */
export function build({ name, overlay, components }: Combination, state: string): KubeObject[] {
  const folder = join(state, 'combination');
  const path = (...to: string[]) => relative(folder, join(K8S, ...to));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    // A component brings objects of its own into the overlay's namespace.
    namespace: namespaceOf(overlay),
    resources: [path('overlays', overlay)],
    components: components.map((component) => path('components', component)),
  };
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
  const { status, stdout, stderr } = spawnSync(program('kustomize'), ['build', folder], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new ClusterError(`kustomize cannot build ${name}: ${stderr.trim()}`);
  return objectsIn(stdout);
}

function namespaceOf(overlay: string): string {
  const file = join(K8S, 'overlays', overlay, 'kustomization.yaml');
  const { namespace } = parse(readFileSync(file, 'utf8')) as { namespace?: string };
  return namespace ?? 'kiban';
}

export function objectsIn(text: string): KubeObject[] {
  return [...parseAllDocuments(text)]
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object): object is KubeObject => object !== null);
}
