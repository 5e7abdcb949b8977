import { environmentOf } from '../environment.ts';
import type { Overlay, Workload } from '../overlay.ts';
import type { Rule } from '../rule.ts';
import { type AppConfiguration, isCommon } from '../services/definitions.ts';

/** Read by Node and by libraries, not by a service's own configuration. */
const LIBRARIES = /^(NODE_|OTEL_|PGSSL|METADATA_SERVER_DETECTION$|POD_|TZ$|KIBAN_)/;
/** `kiban/content:local` or `registry.example.com/kiban/content@sha256:...`. */
const OUR_IMAGE = /(^|\/)kiban\/[\w-]+([:@]|$)/;
const CREDENTIALS = /\/\/[^/@\s]*:[^/@\s]+@|-----BEGIN|"private_key"/;

/** Each app is asked whether it could start with the environment that its pods will get. */
export function configuration(apps: ReadonlyMap<string, AppConfiguration>): Rule {
  return {
    name: 'configuration',
    why: 'A variable that is missing or misspelt is found by the first pod of the rollout otherwise.',
    check: (overlay) => [
      ...overlay.lasting.flatMap((workload) => podProblems(overlay, workload, apps)),
      ...overlay.workloads.flatMap((workload) => references(overlay, workload)),
      ...credentials(overlay),
      ...unusedVariables(overlay, apps),
    ],
  };
}

function podProblems(overlay: Overlay, workload: Workload, apps: ReadonlyMap<string, AppConfiguration>): string[] {
  const { title, service, main } = workload;
  const app = apps.get(service);
  // ESPv2 and Envoy stand where the gateway does and read no environment.
  if (!app || !OUR_IMAGE.test(main.image ?? '')) return [];
  const { env } = environmentOf(overlay, main);
  const found = app.problems(env).map((problem) => `${title} could not start: ${problem}`);
  for (const { name } of main.env ?? []) {
    const known = !app.variables || app.variables.includes(name) || isCommon(name) || LIBRARIES.test(name);
    if (!known) found.push(`${title} sets ${name}, which ${service} does not read`);
  }
  return found;
}

/** ConfigMaps and Secrets that are named must be there, or be those that are made outside. */
function references(overlay: Overlay, { title, template }: Workload): string[] {
  return template.spec.containers.flatMap((container) =>
    environmentOf(overlay, container).problems.map((problem) => `${title} ${problem}`),
  );
}

function credentials(overlay: Overlay): string[] {
  const maps = overlay.ofKind('ConfigMap').flatMap(({ metadata, data = {} }) =>
    Object.entries(data)
      .filter(([, value]) => CREDENTIALS.test(value))
      .map(([key]) => `ConfigMap ${metadata.name} holds credentials in ${key}: that belongs into a Secret`),
  );
  const plain = overlay.workloads.flatMap(({ title, main }) =>
    (main.env ?? [])
      .filter(({ value = '' }) => CREDENTIALS.test(value))
      .map(({ name }) => `${title} holds credentials in ${name}: that belongs into a Secret`),
  );
  return [...maps, ...plain];
}

/** Everybody's environment holds nothing that nobody reads: a misspelt name is otherwise never noticed. */
function unusedVariables(overlay: Overlay, apps: ReadonlyMap<string, AppConfiguration>): string[] {
  const read = new Set([...apps.values()].flatMap(({ variables = [] }) => variables));
  return overlay
    .ofKind('ConfigMap')
    .filter(({ metadata }) => metadata.name.startsWith('kiban-env'))
    .flatMap(({ metadata, data = {} }) =>
      Object.keys(data)
        .filter((name) => !read.has(name) && !isCommon(name) && !LIBRARIES.test(name) && name !== 'BFF_ADDRESS')
        .map((name) => `ConfigMap ${metadata.name} sets ${name}, which no service reads`),
    );
}
