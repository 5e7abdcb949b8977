import type { FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import { DEFAULT_OPTIONS, loadApi } from '@kiban/transcoding';
import type { Access, GatewayPolicy } from './policy.ts';

/** One line of the route table. */
export interface RouteLine {
  readonly method: string;
  readonly template: string;
  readonly selector: string;
  readonly body: string;
  readonly access: Access | 'undecided';
  /** Absent for streams. */
  readonly deadlineMs?: number;
}

/** What the gateway serves, for people and for comparisons. */
export function routeTable(descriptorSet: FileDescriptorSet, policy: GatewayPolicy): RouteLine[] {
  const { plans } = loadApi(descriptorSet, policy.services, { ...DEFAULT_OPTIONS });
  return plans.map(({ httpMethod, template, selector, body, method }) => ({
    method: httpMethod,
    template,
    selector,
    body,
    access: policy.access[selector] ?? 'undecided',
    ...(method.methodKind === 'unary' && { deadlineMs: policy.deadlinesMs[selector] ?? policy.defaultDeadlineMs }),
  }));
}
