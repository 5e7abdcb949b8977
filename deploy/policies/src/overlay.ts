import type { Container, Labels, PodTemplate, Resource } from './manifest.ts';

export const NAME = 'app.kubernetes.io/name';
export const PART_OF = 'app.kubernetes.io/part-of';

/** Something that makes pods. */
export interface Workload {
  readonly resource: Resource;
  /** `Deployment content`, for messages. */
  readonly title: string;
  /** The service it belongs to: its label app.kubernetes.io/name. */
  readonly service: string;
  readonly template: PodTemplate;
  readonly labels: Labels;
  /** The container that the workload is about. */
  readonly main: Container;
}

const LASTING = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'];

/** One rendered set of objects, as an overlay makes it. */
export class Overlay {
  readonly name: string;
  readonly resources: readonly Resource[];

  /** What it is made of: `production+spot` is production with the component spot. */
  readonly parts: readonly string[];

  constructor(name: string, resources: readonly Resource[]) {
    this.name = name;
    this.parts = name.split('+');
    this.resources = resources;
  }

  ofKind(kind: string): readonly Resource[] {
    return this.resources.filter((resource) => resource.kind === kind);
  }

  find(kind: string, name: string): Resource | undefined {
    return this.resources.find((resource) => resource.kind === kind && resource.metadata.name === name);
  }

  /** Everything that makes pods: what runs for ever, jobs and cron jobs. */
  get workloads(): readonly Workload[] {
    return this.resources.flatMap((resource) => {
      const template = templateOf(resource);
      const [main] = template?.spec?.containers ?? [];
      if (!template || !main) return [];
      const labels = template.metadata?.labels ?? {};
      const service = resource.metadata.labels?.[NAME] ?? resource.metadata.name;
      return [{ resource, title: titleOf(resource), service, template, labels, main }];
    });
  }

  /** What runs for ever. */
  get lasting(): readonly Workload[] {
    return this.workloads.filter(({ resource }) => LASTING.includes(resource.kind));
  }

  /** Kiban's gRPC services: Deployments with a port named grpc that other services of the platform call. */
  get grpcServices(): readonly Workload[] {
    return this.lasting.filter(({ resource }) => resource.metadata.labels?.['kiban.dev/lib'] === 'grpc-service');
  }
}

export function titleOf({ kind, metadata }: Resource): string {
  return `${kind} ${metadata.name}`;
}

function templateOf({ kind, spec }: Resource): PodTemplate | undefined {
  if (kind === 'Pod') return spec ? { spec: spec as unknown as PodTemplate['spec'] } : undefined;
  if (kind !== 'CronJob') return spec?.['template'] as PodTemplate | undefined;
  const job = spec?.['jobTemplate'] as { spec?: { template?: PodTemplate } } | undefined;
  return job?.spec?.template;
}
