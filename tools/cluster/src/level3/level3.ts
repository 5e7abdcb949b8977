import type { Check } from '../check.ts';
import { startControlPlane } from '../cluster/control-plane.ts';
import { installKinds } from '../level1/level1.ts';
import { checksOn } from './checks.ts';
import { nodeOf, shell } from './cluster.ts';
import { startContainerRuntime } from './container-runtime.ts';
import { startDns } from './dns.ts';
import { NODE_ADDRESS, prepareNode } from './network.ts';
import { startNode } from './node.ts';
import { PolicyEnforcer } from './policies/enforcer.ts';

/** What a person would look at when something does not come up. */
const LOOK = String.raw`kubectl get pods -A -o wide
kubectl get events -A --sort-by=.lastTimestamp | tail -25
kubectl get pods -A --no-headers | awk '$4 != "Completed" && split($3, ready, "/") && ready[1] != ready[2] { print $1, $2 }' | while read -r space pod; do
  echo "== $space/$pod"; kubectl -n "$space" logs "$pod" --all-containers --tail=20 || true
done`;

/** One real node: containers run. Called in namespaces of its own, with the file that holds the images. */
export async function level3(images: string, wanted: readonly string[], say: (line: string) => void): Promise<Check[]> {
  prepareNode();
  say('level 3: starting etcd, kube-apiserver and containerd');
  const plane = await startControlPlane(NODE_ADDRESS);
  try {
    const runtime = await startContainerRuntime(plane);
    runtime.load(images);
    say('level 3: starting controllers, scheduler, kubelet, kube-proxy and CoreDNS');
    await installKinds(plane);
    await startNode(plane, runtime);
    await startDns(plane);
    const node = nodeOf(plane, runtime);
    const enforcer = new PolicyEnforcer(plane.api);
    await enforcer.start();
    try {
      return await checksOn(node, wanted, say);
    } catch (error) {
      say(await shell(node, LOOK));
      throw error;
    } finally {
      await enforcer.stop();
    }
  } finally {
    await plane.stop();
  }
}
