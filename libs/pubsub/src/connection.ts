/** Where Pub/Sub is and what our resources in it are called. */
export interface PubSubConnection {
  /** Google Cloud project. Default `kiban-local`. */
  readonly project?: string | undefined;
  /** Put before every topic and subscription name, e.g. `dev-alice-`. Default none. */
  readonly prefix?: string | undefined;
  /** `host:port` of an emulator. When absent, Google's service with the default credentials. */
  readonly emulatorHost?: string | undefined;
}

const DEFAULT_PROJECT = 'kiban-local';

/** Full resource names under one project and prefix. */
export interface ResourceNames {
  readonly project: string;
  /** `projects/{project}/topics/{prefix}{name}` */
  topic(name: string): string;
  /** `projects/{project}/subscriptions/{prefix}{name}` */
  subscription(name: string): string;
  /** The declared name of a full resource name: drops the project and the prefix. */
  short(resource: string): string;
}

export function resourceNames(connection: PubSubConnection): ResourceNames {
  const project = connection.project ?? DEFAULT_PROJECT;
  const prefix = connection.prefix ?? '';
  return {
    project,
    topic: (name) => `projects/${project}/topics/${prefix}${name}`,
    subscription: (name) => `projects/${project}/subscriptions/${prefix}${name}`,
    short: (resource) => {
      const last = resource.slice(resource.lastIndexOf('/') + 1);
      return last.startsWith(prefix) ? last.slice(prefix.length) : last;
    },
  };
}
