import { join } from 'node:path';

/** A program that is built from its Go module. */
export interface GoProgram {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  /** Import path of its package main, or a file of ours that is one. */
  readonly main: string;
  /** What the linker is told, such as the version. */
  readonly stamp?: string;
}

export const KUBERNETES = 'v1.34.4';
/** The CRDs of its kinds are taken from the module itself. */
export const GATEWAY_API = { module: 'sigs.k8s.io/gateway-api', version: 'v1.6.3' } as const;

const VERSION = 'k8s.io/component-base/version';
const kubernetes = (name: string): GoProgram => ({
  name,
  module: 'k8s.io/kubernetes',
  version: KUBERNETES,
  main: `k8s.io/kubernetes/cmd/${name}`,
  stamp: ` -X ${VERSION}.gitVersion=${KUBERNETES} -X ${VERSION}.gitMajor=1 -X ${VERSION}.gitMinor=34`,
});
const kustomize = 'sigs.k8s.io/kustomize/kustomize/v5';

const level1: readonly GoProgram[] = [
  { name: 'etcd', module: 'go.etcd.io/etcd/server/v3', version: 'v3.6.16', main: 'go.etcd.io/etcd/server/v3' },
  { name: 'kustomize', module: kustomize, version: 'v5.8.2', main: kustomize },
  kubernetes('kube-apiserver'),
];
const level2: readonly GoProgram[] = [kubernetes('kube-controller-manager'), kubernetes('kube-scheduler')];

const cni = (name: string): GoProgram => ({
  name,
  module: 'github.com/containernetworking/plugins',
  version: 'v1.9.1',
  main: `github.com/containernetworking/plugins/plugins/${name === 'host-local' ? 'ipam' : 'main'}/${name}`,
});
const SKAFFOLD = 'github.com/GoogleContainerTools/skaffold/v2';
const skaffold: GoProgram = {
  name: 'skaffold',
  module: SKAFFOLD,
  version: 'v2.16.1',
  main: `${SKAFFOLD}/cmd/skaffold`,
  stamp: ` -X ${SKAFFOLD}/pkg/skaffold/version.version=v2.16.1`,
};
const level3: readonly GoProgram[] = [
  skaffold,
  kubernetes('kubelet'),
  kubernetes('kube-proxy'),
  kubernetes('kubectl'),
  cni('ptp'),
  cni('host-local'),
  cni('loopback'),
  {
    name: 'coredns',
    module: 'github.com/coredns/coredns',
    version: 'v1.14.7',
    main: join(import.meta.dirname, '../../programs/dns/main.go'),
  },
];

/** What each level needs, with what the levels below it need. */
export function programsOf(level: number): readonly GoProgram[] {
  return [level1, level2, level3].slice(0, level).flat();
}
