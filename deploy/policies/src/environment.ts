import type { Container } from './manifest.ts';
import type { Overlay } from './overlay.ts';

/** Secrets that are made outside the overlay: by the name of the Secret, a value such as theirs will be. */
const OUTSIDE: readonly (readonly [RegExp, string])[] = [
  [/^database-\w+$/, 'postgres://user:password@10.0.0.3:5432/database'],
];

/** The environment that a container gets, and what cannot be resolved. */
export interface ContainerEnvironment {
  readonly env: NodeJS.ProcessEnv;
  /** Variables whose value comes from a Secret. */
  readonly secret: ReadonlySet<string>;
  readonly problems: readonly string[];
}

/** Puts together what the kubelet would: envFrom first, then env, later ones win. */
export function environmentOf(overlay: Overlay, container: Container): ContainerEnvironment {
  const env: NodeJS.ProcessEnv = {};
  const secret = new Set<string>();
  const problems: string[] = [];
  const data = (kind: string, name: string): Readonly<Record<string, string>> | undefined => {
    const resource = overlay.find(kind, name);
    if (kind === 'ConfigMap' || !resource) return resource?.data;
    const decoded = Object.entries(resource.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]);
    const plain = resource['stringData'] as Readonly<Record<string, string>> | undefined;
    return { ...Object.fromEntries(decoded.map(([key, value]) => [key, String(value)])), ...plain };
  };
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    const kind = configMapRef ? 'ConfigMap' : 'Secret';
    const name = configMapRef?.name ?? secretRef?.name ?? '';
    const found = data(kind, name);
    if (!found) problems.push(`takes its environment from ${kind} ${name}, which is not there`);
    Object.assign(env, found);
    if (secretRef) for (const key of Object.keys(found ?? {})) secret.add(key);
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (value !== undefined) env[name] = value;
    else if (valueFrom?.fieldRef) env[name] = 'from-the-pod';
    else {
      const kind = valueFrom?.secretKeyRef ? 'Secret' : 'ConfigMap';
      const ref = valueFrom?.secretKeyRef ?? valueFrom?.configMapKeyRef;
      const outside = OUTSIDE.find(
        ([pattern]) => kind === 'Secret' && pattern.test(ref?.name ?? '') && ref?.key === 'url',
      );
      const found = data(kind, ref?.name ?? '')?.[ref?.key ?? ''] ?? outside?.[1];
      if (found === undefined)
        problems.push(`${name} comes from ${kind} ${ref?.name} key ${ref?.key}, which is not there`);
      else env[name] = found;
      if (kind === 'Secret') secret.add(name);
    }
  }
  return { env, secret, problems };
}
