import type { FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import { DEFAULT_OPTIONS, loadApi } from '@kiban/transcoding';
import type { GatewayPolicy } from './policy.ts';

export interface GenericPolicySettings {
  /** Absent = every service that has rules. */
  readonly services?: readonly string[];
  /** host:port of all services. */
  readonly backend: string;
  /** Every method is public; else the lint names each one as undecided. */
  readonly allowUnauthenticated: boolean;
}

/** A policy for an API that has none of its own. */
export function genericPolicy(descriptorSet: FileDescriptorSet, settings: GenericPolicySettings): GatewayPolicy {
  const { plans } = loadApi(descriptorSet, settings.services, { ...DEFAULT_OPTIONS });
  const services = [...new Set(plans.map(({ method }) => method.parent.typeName))];
  const access = settings.allowUnauthenticated ? plans.map(({ selector }) => [selector, 'public'] as const) : [];
  return {
    services,
    backends: Object.fromEntries(services.map((service) => [service, settings.backend])),
    access: Object.fromEntries(access),
    deadlinesMs: {},
    defaultDeadlineMs: 15_000,
    options: {},
    settableFromBody: {},
  };
}
