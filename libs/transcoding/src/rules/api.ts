import { createFileRegistry, type FileRegistry } from '@bufbuild/protobuf';
import type { FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import type { TranscodingOptions } from '../options.ts';
import { DuplicateTemplateError, PathMatcher } from '../path/path-matcher.ts';
import { annotatedBindings, defaultBinding, GatewayConfigError, type HttpBinding, methodsOf } from './http-rules.ts';
import { type MethodPlan, planOf } from './method-plan.ts';

/** Everything that is known about an API before the first request. */
export interface Api {
  readonly registry: FileRegistry;
  readonly plans: readonly MethodPlan[];
  readonly matcher: PathMatcher<MethodPlan>;
}

/**
 * Reads the rules of the services (all that have rules, when none are named).
 * @throws GatewayConfigError that lists every bad template, unknown field, unknown service and duplicate
 */
export function loadApi(
  descriptorSet: FileDescriptorSet,
  services: readonly string[] | undefined,
  options: TranscodingOptions,
): Api {
  const registry = registryOf(descriptorSet);
  const problems: string[] = [];
  const plans = methodsOf(registry, services).flatMap((method) => {
    const annotated = annotatedBindings(method);
    const withDefault = options.defaultBinding || (options.autoMapping && annotated.length === 0);
    const bindings = withDefault ? [...annotated, defaultBinding(method)] : annotated;
    const first = bindings[0] as HttpBinding;
    return bindings.flatMap((binding) => planOf(binding, first, (text) => problems.push(text)) ?? []);
  });
  const matcher = new PathMatcher<MethodPlan>({
    unescape: options.urlUnescapeSpec,
    anyVerb: options.matchUnregisteredCustomVerb,
  });
  for (const plan of plans) {
    try {
      matcher.add(plan.httpMethod, plan.template, plan);
    } catch (error) {
      if (!(error instanceof DuplicateTemplateError)) throw error;
      problems.push(`${plan.selector}: ${error.message}`);
    }
  }
  if (problems.length) throw new GatewayConfigError(problems);
  if (plans.length === 0 && !services) {
    throw new GatewayConfigError([
      'no service of the descriptor set has a rule (google.api.http); nothing can be served',
    ]);
  }
  return { registry, plans, matcher };
}

function registryOf(descriptorSet: FileDescriptorSet): FileRegistry {
  try {
    return createFileRegistry(descriptorSet);
  } catch (error) {
    const hint = 'a descriptor set needs all imports: buf build adds them, protoc with --include_imports';
    throw new GatewayConfigError([`${(error as Error).message}; ${hint}`]);
  }
}
