import { createFileRegistry } from '@bufbuild/protobuf';
import type { FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import { DEFAULT_OPTIONS, ESPV2_OPTIONS, GatewayConfigError, loadApi, type MethodPlan } from '@kiban/transcoding';
import type { GatewayPolicy } from './policy.ts';

/**
 * Everything in a descriptor set and a policy that a gateway would refuse or that is unsafe, one sentence each:
 * bad, duplicate or default-path templates, unknown fields, a response_body that Envoy cannot serve, error details that
 * the descriptor set lacks, path variables that a body can overrule, methods nobody decided on.
 */
export function lint(descriptorSet: FileDescriptorSet, policy: GatewayPolicy): string[] {
  const problems: string[] = [];
  if (!createFileRegistry(descriptorSet).getMessage('google.rpc.BadRequest')) {
    problems.push(
      'google/rpc/error_details.proto is not in the descriptor set: errors with details lose their body; import it',
    );
  }
  try {
    const api = loadApi(descriptorSet, policy.services, { ...DEFAULT_OPTIONS, ...ESPV2_OPTIONS, ...policy.options });
    problems.push(...undecided(api.plans, policy), ...settable(api.plans, policy));
  } catch (error) {
    if (!(error instanceof GatewayConfigError)) throw error;
    problems.push(...error.problems);
  }
  return problems;
}

/** What a gateway could not serve at all, in the words of `lint`. */
export function refusals(descriptorSet: FileDescriptorSet, policy: GatewayPolicy): readonly string[] {
  try {
    loadApi(descriptorSet, policy.services, { ...DEFAULT_OPTIONS, ...ESPV2_OPTIONS, ...policy.options });
    return [];
  } catch (error) {
    if (!(error instanceof GatewayConfigError)) throw error;
    return error.problems;
  }
}

/** Nothing is open by oversight. */
function undecided(plans: readonly MethodPlan[], { access }: GatewayPolicy): string[] {
  const selectors = new Set(plans.map(({ selector }) => selector));
  const missing = [...selectors].filter((selector) => !(selector in access));
  const stale = Object.keys(access).filter((selector) => !selectors.has(selector));
  return [
    ...missing.map((selector) => `${selector} has neither an auth rule nor "public" in the policy; add one`),
    ...stale.map((selector) => `${selector} is in the policy and not in the descriptor set; remove it`),
  ];
}

function settable(plans: readonly MethodPlan[], { settableFromBody }: GatewayPolicy): string[] {
  const found: string[] = [];
  for (const plan of plans) {
    if (plan.body === '') continue;
    for (const fields of plan.pathFields) {
      const name = fields.map((field) => field.name).join('.');
      const inBody = plan.body === '*' || plan.bodyFields.every((field, index) => fields[index] === field);
      if (!inBody || settableFromBody[`${plan.selector} ${name}`] !== undefined) continue;
      found.push(
        `${plan.selector}: the body can overrule the path variable ${name}; say in the policy why that is harmless`,
      );
    }
  }
  return found;
}
