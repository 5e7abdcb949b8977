import type { Api, KubeObject } from './api.ts';

/** Finds under which path an object lives, from what the server says it serves. */
export class ObjectPaths {
  readonly #api: Api;
  readonly #groups = new Map<string, Promise<Map<string, { name: string; namespaced: boolean }>>>();

  constructor(api: Api) {
    this.#api = api;
  }

  async of(object: KubeObject): Promise<string> {
    const { apiVersion, kind, metadata } = object;
    const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    let kinds = this.#groups.get(group);
    if (kinds === undefined) {
      kinds = this.#api
        .must('GET', group)
        .then(
          ({ resources = [] }) =>
            new Map(resources.filter(({ name }) => !name.includes('/')).map((each) => [each.kind, each])),
        );
      this.#groups.set(group, kinds);
    }
    const found = (await kinds).get(kind);
    if (found === undefined) throw new Error(`the server knows no ${kind} in ${apiVersion}`);
    const space = found.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
    return `${group}${space}/${found.name}/${metadata.name}`;
  }
}
