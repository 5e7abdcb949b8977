import { create } from '@bufbuild/protobuf';
import {
  type GetIamPolicyRequest,
  type Policy,
  PolicySchema,
  type SetIamPolicyRequest,
  type TestIamPermissionsRequest,
} from '@kiban/contracts/google/iam/v1';
import type { Core } from './core.ts';
import { invalid, notFound, PubSubError, Code } from './errors.ts';

/** The policy of a resource. Policies are kept and given back; they restrict nothing here, everybody may do everything. */
export function getIamPolicy(core: Core, request: GetIamPolicyRequest): Policy {
  checkResource(core, request.resource);
  return core.policies.get(request.resource) ?? create(PolicySchema);
}

export function setIamPolicy(core: Core, request: SetIamPolicyRequest): Policy {
  checkResource(core, request.resource);
  const { policy } = request;
  if (!policy) throw invalid('The policy is missing.');
  for (const path of request.updateMask?.paths ?? []) {
    if (!['bindings', 'etag', 'version', 'audit_configs'].includes(path)) {
      throw invalid(`Invalid update_mask: '${path}' is not a field of a policy.`);
    }
  }
  if (![0, 1, 3].includes(policy.version)) throw invalid(`Invalid policy version ${policy.version}: 0, 1 and 3 exist.`);
  for (const binding of policy.bindings) checkBinding(binding.role, binding.members);
  const current = core.policies.get(request.resource);
  if (policy.etag.length > 0 && current && Buffer.compare(policy.etag, current.etag) !== 0) {
    throw new PubSubError(
      Code.ABORTED,
      'The policy changed since it was read (etag differs): read it again and retry.',
    );
  }
  const generation = current ? Buffer.from(current.etag).readUInt32BE(0) + 1 : 1;
  const etag = Buffer.alloc(4);
  etag.writeUInt32BE(generation);
  const next = create(PolicySchema, {
    version: policy.version || 1,
    bindings: policy.bindings,
    auditConfigs: policy.auditConfigs,
    etag,
  });
  core.policies.set(request.resource, next);
  core.journal?.policy(request.resource, next);
  return next;
}

/** All permissions asked for are granted; none of a resource that does not exist, which is no error. */
export function testIamPermissions(core: Core, request: TestIamPermissionsRequest): string[] {
  for (const permission of request.permissions) {
    if (!/^pubsub\.[a-z]+\.[a-zA-Z]+$/i.test(permission)) {
      throw invalid(`Invalid permission "${permission}": name one like pubsub.topics.publish, without wildcards.`);
    }
  }
  return exists(core, request.resource) ? request.permissions : [];
}

const MEMBER =
  /^(allUsers|allAuthenticatedUsers|(user|serviceAccount|group|domain|principal|principalSet|deleted|projectOwner|projectEditor|projectViewer):.+)$/;

function checkBinding(role: string, members: readonly string[]): void {
  if (!/^(roles|projects\/[^/]+\/roles|organizations\/[^/]+\/roles)\/.+$/.test(role)) {
    throw invalid(`Invalid role "${role}": expected one like roles/pubsub.publisher.`);
  }
  const bad = members.find((member) => !MEMBER.test(member));
  if (bad !== undefined) throw invalid(`Invalid member "${bad}": expected one like user:alice@example.com.`);
}

function checkResource(core: Core, name: string): void {
  if (!exists(core, name)) throw notFound(name);
}

function exists(core: Core, name: string): boolean {
  if (core.topics.has(name) || core.subscriptions.has(name) || core.snapshots.has(name) || core.schemas.has(name)) {
    return true;
  }
  if (/^projects\/[^/]+\/(topics|subscriptions|snapshots|schemas)\/[^/]+$/.test(name)) return false;
  throw invalid(`Invalid resource "${name}": name a topic, subscription, snapshot or schema.`);
}
