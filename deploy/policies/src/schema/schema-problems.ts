import { Ajv } from 'ajv';
import type { Resource } from '../manifest.ts';
import { CUSTOM_KINDS } from './custom-kinds.ts';
import { watchReads } from './watch-reads.ts';

interface Model {
  readonly prototype: { readonly validate: (this: unknown) => void };
}

const ajv = new Ajv({ allErrors: true, strict: false });
/** What importing a model that no package has ends with; the last is Jest's. */
const NOT_THERE = new Set(['ERR_MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED', 'MODULE_NOT_FOUND']);
const models = new Map<string, Promise<Model | undefined>>();

/** What is wrong with an object by the schema of its kind: wrong values, missing fields, fields that do not exist. */
export async function schemaProblems(resource: Resource): Promise<string[]> {
  const key = `${resource.apiVersion} ${resource.kind}`;
  const custom = CUSTOM_KINDS.get(key);
  if (custom) {
    const validate = ajv.compile(custom);
    if (validate(resource.spec)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      `spec${instancePath} ${message} ${String((params as { additionalProperty?: string }).additionalProperty ?? '')}`.trim(),
    );
  }
  if (!models.has(key)) models.set(key, loadModel(resource));
  const model = await models.get(key);
  return model ? modelProblems(model, resource) : [`no schema of ${key} is known`];
}

function modelProblems(model: Model, resource: Resource): string[] {
  const { view, unread } = watchReads(unfolded(resource));
  const problems: string[] = [];
  try {
    model.prototype.validate.call(view);
  } catch (error) {
    problems.push((error as Error).message.replaceAll('data/', ''));
  }
  return [...problems, ...unread().map((path) => `there is no field ${path.slice(1)}`)];
}

/** The model of a kind, from the package that has its API group. */
async function loadModel({ apiVersion, kind }: Resource): Promise<Model | undefined> {
  const path = `${apiVersion}/${kind}`;
  const module = apiVersion.startsWith('gateway.networking.k8s.io/')
    ? `@kubernetes-models/gateway-api/${path}`
    : `kubernetes-models/${path}`;
  try {
    const loaded = (await import(module)) as Record<string, Model>;
    return loaded[kind];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined && NOT_THERE.has(code)) return undefined;
    throw error;
  }
}

/** kustomize folds long base64 over lines, which the API server takes and the schema's format does not. */
function unfolded(resource: Resource): Resource {
  if (resource.kind !== 'Secret' || !resource.data) return resource;
  const lines = Object.entries(resource.data).map(([key, value]) => [key, value.replace(/\s/g, '')]);
  return { ...resource, data: Object.fromEntries(lines) as Record<string, string> };
}
