import type { Container, PodSpec } from '../manifest.ts';
import type { Overlay } from '../overlay.ts';
import type { Rule } from '../rule.ts';

/** Pods that may do nothing: https://kubernetes.io/docs/concepts/security/pod-security-standards/ (restricted) and more. */
export const securityContext: Rule = {
  name: 'security-context',
  why: 'What a pod may not do, somebody who breaks into it may not do either.',
  check: (overlay) => [
    ...overlay.workloads.flatMap(({ title, template: { spec } }) =>
      [
        ...podProblems(spec, overlay),
        ...[...spec.containers, ...(spec.initContainers ?? [])].flatMap((each) => containerProblems(each, spec)),
      ].map((problem) => `${title} ${problem}`),
    ),
    ...namespaceProblems(overlay),
  ],
};

function podProblems(spec: PodSpec, overlay: Overlay): string[] {
  const { securityContext: context = {}, serviceAccountName: account = 'default' } = spec;
  const found: string[] = [];
  if (context.seccompProfile?.type !== 'RuntimeDefault') found.push('has no seccomp profile RuntimeDefault');
  if (spec.hostNetwork || spec.hostPID || spec.hostIPC) found.push('shares a namespace of its node');
  if (spec.volumes?.some(({ hostPath }) => hostPath !== undefined)) found.push('mounts a folder of its node');
  if (spec.automountServiceAccountToken !== false && !hasRights(overlay, account)) {
    found.push('mounts a token of the cluster and has no rights there');
  }
  if (spec.enableServiceLinks !== false) found.push('gets every Service as environment variables');
  if (account === 'default') found.push('runs as the account default');
  else if (!overlay.find('ServiceAccount', account)) found.push(`runs as the account ${account}, which is not there`);
  return found;
}

function containerProblems(container: Container, pod: PodSpec): string[] {
  const { name, securityContext: own = {} } = container;
  const found: string[] = [];
  if ((own.runAsNonRoot ?? pod.securityContext?.runAsNonRoot) !== true) found.push(`${name} may run as root`);
  const user = own.runAsUser ?? pod.securityContext?.runAsUser;
  if (user === undefined || user === 0) found.push(`${name} has no user other than root`);
  if (own.privileged) found.push(`${name} is privileged`);
  if (own.allowPrivilegeEscalation !== false) found.push(`${name} may gain privileges`);
  if (own.readOnlyRootFilesystem !== true) found.push(`${name} root file system can be written`);
  if (!own.capabilities?.drop?.includes('ALL')) found.push(`${name} keeps capabilities`);
  if (own.capabilities?.add?.length) found.push(`${name} adds capabilities ${own.capabilities.add.join(', ')}`);
  if (container.ports?.some(({ hostPort }) => hostPort !== undefined)) found.push(`${name} takes a port of its node`);
  return found;
}

function namespaceProblems(overlay: Overlay): string[] {
  return overlay
    .ofKind('Namespace')
    .filter(({ metadata }) => metadata.labels?.['pod-security.kubernetes.io/enforce'] !== 'restricted')
    .map(({ metadata }) => `Namespace ${metadata.name} does not enforce the restricted pod security standard`);
}

/** Whether a role is bound to the account: only then its pods need a token. */
function hasRights(overlay: Overlay, account: string): boolean {
  return overlay
    .ofKind('RoleBinding')
    .some(({ subjects }) =>
      (subjects as readonly { kind: string; name: string }[]).some(
        ({ kind, name }) => kind === 'ServiceAccount' && name === account,
      ),
    );
}
