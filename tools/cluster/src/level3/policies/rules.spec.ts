import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../cluster/api.ts';
import { rulesOf } from './rules.ts';

const pod = (name: string, podIP: string, namespace = 'kiban'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { app: name } },
  spec: { containers: [{ ports: [{ name: 'grpc', containerPort: 50_051 }] }] },
  status: { phase: 'Running', podIP },
});
const policy = (spec: Record<string, unknown>): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'policy', namespace: 'kiban' },
  spec,
});
const namespace = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
});
const pods = [pod('content', '10.0.0.1'), pod('bff', '10.0.0.2'), pod('dns', '10.0.0.3', 'kube-system')];
const namespaces = [namespace('kiban'), namespace('kube-system')];
const rules = (...policies: KubeObject[]) => rulesOf({ policies, pods, namespaces }).split('\n');

describe('network policies as rules', () => {
  it('hold back nothing without a policy', () => {
    expect(rules().filter((rule) => rule.endsWith('DROP'))).toEqual([]);
  });
  it('hold back everything from a pod that is selected and allowed nothing', () => {
    const found = rules(policy({ podSelector: { matchLabels: { app: 'content' } }, policyTypes: ['Ingress'] }));
    expect(found).toContain('-A KIBAN-POLICY -d 10.0.0.1 -j KP-I-10.0.0.1');
    expect(found.filter((rule) => rule.startsWith('-A KP'))).toEqual(['-A KP-I-10.0.0.1 -j DROP']);
  });
  it('let through the pods and ports that are named', () => {
    const from = [{ podSelector: { matchLabels: { app: 'bff' } } }];
    const ingress = [{ from, ports: [{ port: 'grpc', protocol: 'TCP' }] }];
    const found = rules(policy({ podSelector: { matchLabels: { app: 'content' } }, ingress }));
    expect(found).toContain('-A KP-I-10.0.0.1 -s 10.0.0.2/32 -p tcp --dport 50051 -j RETURN');
  });
  it('find pods of another namespace only by a namespace selector', () => {
    const egress = (to: object) =>
      rules(policy({ podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [to] }] })).join('\n');
    expect(egress({ podSelector: { matchLabels: { app: 'dns' } } })).not.toContain('10.0.0.3');
    const space = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } };
    expect(egress(space)).toContain('-A KP-E-10.0.0.1 -d 10.0.0.3/32 -j RETURN');
  });
});
