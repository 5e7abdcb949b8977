/** A program that is built from its Go module. */
export interface GoProgram {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  /** Import path of its package main. */
  readonly main: string;
}

export const KUBERNETES = 'v1.34.4';
/** The CRDs of its kinds are taken from the module itself. */
export const GATEWAY_API = { module: 'sigs.k8s.io/gateway-api', version: 'v1.6.3' } as const;

const kubernetes = (name: string): GoProgram => ({
  name,
  module: 'k8s.io/kubernetes',
  version: KUBERNETES,
  main: `k8s.io/kubernetes/cmd/${name}`,
});
const kustomize = 'sigs.k8s.io/kustomize/kustomize/v5';

const level1: readonly GoProgram[] = [
  { name: 'etcd', module: 'go.etcd.io/etcd/server/v3', version: 'v3.6.16', main: 'go.etcd.io/etcd/server/v3' },
  { name: 'kustomize', module: kustomize, version: 'v5.8.2', main: kustomize },
  kubernetes('kube-apiserver'),
];
const level2: readonly GoProgram[] = [kubernetes('kube-controller-manager'), kubernetes('kube-scheduler')];

/** What each level needs, with what the levels below it need. */
export const programsOf = (level: number): readonly GoProgram[] => (level < 2 ? level1 : [...level1, ...level2]);
