import type { Api, KubeObject } from '../cluster/api.ts';
import type { ObjectPaths } from '../cluster/paths-of-objects.ts';

const FIRST = ['Namespace', 'CustomResourceDefinition', 'ServiceAccount'];
const OWNED = 'fieldManager=verify-cluster&fieldValidation=Strict&force=true';

/** What a strict server-side apply of some objects came to. */
export interface Applied {
  readonly objects: number;
  readonly errors: string[];
  /** Objects with a field that the server does not know, or that stands twice. */
  readonly unknownFields: number;
  readonly warnings: string[];
}

/** Applies objects, namespaces first, as `kubectl apply --server-side --validate=strict` does. */
export async function applyStrictly(api: Api, paths: ObjectPaths, objects: readonly KubeObject[]): Promise<Applied> {
  const errors: string[] = [];
  const warnings: string[] = [];
  let unknownFields = 0;
  const first = objects.filter(({ kind }) => FIRST.includes(kind));
  for (const object of [...first, ...objects.filter((each) => !first.includes(each))]) {
    const name = `${object.kind} ${object.metadata.name}`;
    try {
      const path = await paths.of(object);
      const {
        status,
        body,
        warnings: said,
      } = await api.call('PATCH', `${path}?${OWNED}`, object, 'application/apply-patch+yaml');
      warnings.push(...said.map((warning) => `${name}: ${warning}`));
      if (status < 300) continue;
      const message = body.message ?? `status ${status}`;
      if (/unknown field|duplicate field|field not declared/.test(message)) unknownFields += 1;
      errors.push(`${name}: ${message}`);
    } catch (error) {
      errors.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { objects: objects.length, errors, unknownFields, warnings };
}

/** Deletes what was applied, except namespaces, whose end needs a controller. */
export async function removeAll(api: Api, paths: ObjectPaths, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    if (object.kind === 'Namespace') continue;
    const path = await paths.of(object).catch(() => undefined);
    if (path !== undefined) await api.call('DELETE', `${path}?propagationPolicy=Background`);
  }
}
