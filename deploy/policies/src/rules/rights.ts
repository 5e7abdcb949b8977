import { type Overlay, titleOf } from '../overlay.ts';
import type { Resource } from '../manifest.ts';
import type { Rule } from '../rule.ts';

interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const READING = ['get', 'list', 'watch'];
const SECRET = [
  'secrets',
  'serviceaccounts/token',
  'pods/exec',
  'pods/attach',
  'pods/portforward',
  'pods/ephemeralcontainers',
];

/** Rights in the cluster: in one namespace, spelled out, writing only to objects that are named. */
export const rights: Rule = {
  name: 'rights',
  why: 'A right that is wider than its use is what an intruder uses it for.',
  check: (overlay) => [
    ...overlay.ofKind('Role').flatMap((role) => roleProblems(role)),
    ...overlay.ofKind('RoleBinding').flatMap((binding) => bindingProblems(binding, overlay)),
    ...['ClusterRole', 'ClusterRoleBinding'].flatMap((kind) =>
      overlay.ofKind(kind).map((resource) => `${titleOf(resource)} gives rights in all namespaces`),
    ),
  ],
};

function roleProblems(role: Resource): string[] {
  const rules = (role['rules'] as readonly PolicyRule[] | undefined) ?? [];
  return rules.flatMap(({ apiGroups = [], resources = [], resourceNames = [], verbs }) => {
    const found: string[] = [];
    if ([...apiGroups, ...resources, ...verbs].includes('*')) found.push('says * where names belong');
    const secret = resources.filter((resource) => SECRET.includes(resource));
    if (secret.length) found.push(`reaches ${secret.join(', ')}`);
    const writes = verbs.filter((verb) => !READING.includes(verb));
    if (writes.length && resourceNames.length === 0) {
      found.push(`may ${writes.join(', ')} ${resources.join(', ')} whatever their name (resourceNames)`);
    }
    return found.map((problem) => `${titleOf(role)} ${problem}`);
  });
}

function bindingProblems(binding: Resource, overlay: Overlay): string[] {
  const ref = binding['roleRef'] as { kind: string; name: string };
  const subjects = (binding['subjects'] as readonly { kind: string; name: string }[] | undefined) ?? [];
  const found: string[] = [];
  if (ref.kind !== 'Role' || !overlay.find('Role', ref.name))
    found.push(`binds ${ref.kind} ${ref.name}, which is not there`);
  for (const { kind, name } of subjects) {
    if (/^system:(authenticated|unauthenticated|masters|serviceaccounts)/.test(name))
      found.push(`gives rights to ${name}`);
    if (kind === 'ServiceAccount' && !overlay.find(kind, name)) found.push(`names account ${name}, which is not there`);
    if (kind === 'ServiceAccount' && name === 'default') found.push('gives rights to the account default');
  }
  return found.map((problem) => `${titleOf(binding)} ${problem}`);
}
