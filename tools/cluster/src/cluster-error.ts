/** Why the cluster cannot be brought up or used; the message says what to do next. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
}
