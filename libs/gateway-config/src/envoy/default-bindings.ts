import { clone, create, getExtension, hasExtension, setExtension } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema, type MethodDescriptorProto } from '@bufbuild/protobuf/wkt';
import { http, HttpRuleSchema } from '@kiban/contracts/google/api';

/**
 * The same API with every method also at POST /package.Service/Method, as ESPv2 serves it. Envoy's auto_mapping does so
 * only for methods without a rule.
 */
export function withDefaultBindings(descriptorSet: FileDescriptorSet, services: readonly string[]): FileDescriptorSet {
  const copy = clone(FileDescriptorSetSchema, descriptorSet);
  for (const { package: name, service } of copy.file) {
    for (const each of service) {
      const fullName = name ? `${name}.${each.name}` : each.name;
      if (!services.includes(fullName)) continue;
      for (const method of each.method) addBinding(method, `/${fullName}/${method.name}`);
    }
  }
  return copy;
}

function addBinding({ options }: MethodDescriptorProto, path: string): void {
  if (!options || !hasExtension(options, http)) return;
  const rule = clone(HttpRuleSchema, getExtension(options, http));
  rule.additionalBindings.push(create(HttpRuleSchema, { pattern: { case: 'post', value: path }, body: '*' }));
  setExtension(options, http, rule);
}
