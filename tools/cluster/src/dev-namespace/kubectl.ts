import { spawnSync } from 'node:child_process';
import { ClusterError } from '../cluster-error.ts';

/** Runs kubectl as the developer, with the context that is chosen. @throws ClusterError with its words */
export function kubectl(args: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync('kubectl', args, { encoding: 'utf8', input });
  if (error) throw new ClusterError('kubectl 1.27 or newer is needed: https://kubernetes.io/docs/tasks/tools/');
  if (status !== 0) throw new ClusterError(`kubectl ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}
