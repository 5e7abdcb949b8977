import { ClusterError } from '../cluster-error.ts';

/** A developer's own corner, by the name of its owner. */
export interface Developer {
  readonly user: string;
  /** `dev-<user>`. */
  readonly namespace: string;
  /** What its topics and subscriptions begin with. */
  readonly prefix: string;
  /** Name of its own database of a service. */
  database(of: string): string;
}

/** @throws ClusterError when the name does not fit a namespace, a database and a topic alike */
export function developer(user: string): Developer {
  if (!/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/.test(user)) {
    throw new ClusterError(
      `"${user}" cannot name a namespace: take lower-case letters, digits and -, at most 30, such as alice`,
    );
  }
  return {
    user,
    namespace: `dev-${user}`,
    prefix: `dev-${user}-`,
    database: (of) => `${of}_dev_${user.replaceAll('-', '_')}`,
  };
}
