import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { downloadModule } from '../build/build-program.ts';
import { GATEWAY_API } from '../build/programs.ts';
import type { Check } from '../check.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { ObjectPaths } from '../cluster/paths-of-objects.ts';
import { applyStrictly, removeAll } from './apply.ts';
import { build, combinations, objectsIn } from './combinations.ts';

/** Installs the kinds that come from elsewhere: Gateway API from its module, Google's from their documentation. */
export async function installKinds({ api, processes }: ControlPlane): Promise<string[]> {
  const { Dir } = downloadModule(GATEWAY_API.module, GATEWAY_API.version);
  const files = [
    ...globSync(
      join(Dir, 'config/crd/standard/*_{gateways,gatewayclasses,httproutes,grpcroutes,referencegrants}.yaml'),
    ),
    join(import.meta.dirname, '../../crds/google.yaml'),
  ];
  const crds = files.flatMap((file) => objectsIn(readFileSync(file, 'utf8')));
  const { errors } = await applyStrictly(api, new ObjectPaths(api), crds);
  const groups = new Set(crds.map(({ spec }) => String(spec?.['group'])));
  for (const group of groups) {
    await processes.until('kube-apiserver', async () => (await api.call('GET', `/apis/${group}`)).status === 200);
  }
  return errors;
}

/** Every overlay and combination of components, applied strictly to a real API server. */
export async function level1(plane: ControlPlane, say: (line: string) => void): Promise<Check[]> {
  const problems = (await installKinds(plane)).map((error) => `CRD ${error}`);
  const all = combinations();
  let objects = 0;
  let unknown = 0;
  const warnings = new Set<string>();
  for (const combination of all) {
    const built = build(combination, plane.state);
    const paths = new ObjectPaths(plane.api);
    const applied = await applyStrictly(plane.api, paths, built);
    await removeAll(plane.api, paths, built);
    objects += applied.objects;
    unknown += applied.unknownFields;
    problems.push(...applied.errors.map((error) => `${combination.name}: ${error}`));
    for (const warning of applied.warnings) warnings.add(warning);
    say(`level 1: ${combination.name}: ${applied.objects} objects, ${applied.errors.length} errors`);
  }
  problems.push(...(await control(plane)));
  const sum = `${objects} objects in ${all.length} combinations: ${problems.length} errors, ${unknown} unknown fields`;
  return [
    {
      level: 1,
      what: 'every overlay and component combination applies strictly',
      ok: problems.length === 0,
      figure: sum,
      problems,
    },
    {
      level: 1,
      what: 'the server warns of nothing',
      ok: warnings.size === 0,
      figure: `${warnings.size} warnings`,
      problems: [...warnings],
    },
  ];
}

/** The server must refuse a misspelt field in a kind of its own and in one of a CRD, or the rest says nothing. */
async function control({ api }: ControlPlane): Promise<string[]> {
  const misspelt = [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'control' }, spec: { replica: 1 } },
    {
      apiVersion: 'networking.gke.io/v1',
      kind: 'GCPGatewayPolicy',
      metadata: { name: 'control' },
      spec: { defaults: {} },
    },
  ];
  const { unknownFields } = await applyStrictly(api, new ObjectPaths(api), misspelt);
  return unknownFields === misspelt.length ? [] : ['control: the server took a misspelt field; it checks too little'];
}
