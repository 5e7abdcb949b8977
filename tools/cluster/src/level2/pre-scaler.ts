import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { durationFromMs, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { PushScheduled, topology } from '@kiban/events';
import { applyTopology, createPublisher } from '@kiban/pubsub';
import { startPubSubEmulator } from '@kiban/pubsub-emulator';
import type { Check } from '../check.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { ROOT } from '../paths.ts';
import type { Platform } from './platform.ts';
import { eventually } from './wait.ts';

const TARGETS = ['bff', 'content', 'content-similarity', 'recommendation'];
const FACTOR = 3;
const HOLD_MS = 25_000;
const NAME = 'prescale';

/**
 * Runs `jobs prescale` as a process with the token and the Role of its service account: announces a push, kills the
 * process while the window is open, starts it again, and watches minReplicas and the pods that the autoscaler makes of it.
 */
export async function preScaler({ api, namespace }: Platform, plane: ControlPlane): Promise<Check> {
  const { processes, state, server, ca } = plane;
  const emulator = await startPubSubEmulator({ port: 0 });
  const publisher = createPublisher({ emulatorHost: emulator.host });
  const account = join(state, 'account');
  mkdirSync(account);
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const issued = await api.must('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${NAME}/token`, request);
  writeFileSync(join(account, 'token'), String(issued.status?.['token']), { mode: 0o600 });
  writeFileSync(join(account, 'namespace'), namespace);
  copyFileSync(ca, join(account, 'ca.crt'));

  const autoscaler = async (name: string) => {
    const path = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/${name}`;
    const { spec, metadata } = await api.must('GET', path);
    return { min: Number(spec?.['minReplicas']), max: Number(spec?.['maxReplicas']), metadata };
  };
  const all = async (min: (name: string) => number) =>
    (await Promise.all(TARGETS.map(async (name) => (await autoscaler(name)).min === min(name)))).every(Boolean);
  const before = new Map<string, { min: number; max: number }>();
  for (const name of TARGETS) before.set(name, await autoscaler(name));
  const base = (name: string) => before.get(name)?.min ?? 0;
  const raised = (name: string) => Math.min(base(name) * FACTOR, before.get(name)?.max ?? 0);
  const start = () =>
    processes.start(NAME, process.execPath, [join(ROOT, 'apps/jobs/dist/main.js'), NAME], {
      GRPC_HOST: '127.0.0.1',
      GRPC_PORT: '0',
      OPS_PORT: '0',
      KUBERNETES_API: server,
      KUBERNETES_ACCOUNT: account,
      PRESCALE_TARGETS: TARGETS.join(','),
      PRESCALE_LEAD_MS: '0',
      PRESCALE_EVERY_MS: '500',
      PUBSUB_EMULATOR_HOST: emulator.host,
      METADATA_SERVER_DETECTION: 'none',
    });

  try {
    await applyTopology(topology, { emulatorHost: emulator.host });
    start();
    const from = Date.now();
    const event = create(PushScheduled.schema, {
      pushId: 'verify',
      sendTime: timestampFromMs(from),
      hold: durationFromMs(HOLD_MS),
      trafficFactor: FACTOR,
    });
    const attributes = { 'ce-id': randomUUID(), 'ce-type': PushScheduled.type, 'ce-time': new Date().toISOString() };
    const data = toBinary(PushScheduled.schema, event);
    await publisher.publish('push', [{ data, attributes, orderingKey: 'verify' }]);
    const didRaise = await eventually(() => all(raised), 20_000);
    const raisedAfter = Date.now() - from;
    const pods = async (name: string) => {
      const { status } = await api.must('GET', `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`);
      return Number(status?.['availableReplicas']);
    };
    const scaled = await eventually(
      async () => (await Promise.all(TARGETS.map(async (name) => (await pods(name)) >= raised(name)))).every(Boolean),
      15_000,
    );
    await processes.stop(NAME, 'SIGKILL');
    const heldWithout = await all(raised);
    start();
    let held = true;
    while (Date.now() < from + HOLD_MS - 1_000) held = (await eventually(() => all(raised), 0)) && held;
    const restored = await eventually(() => all(base), 15_000);
    const restoredAfter = Date.now() - from - HOLD_MS;
    const { metadata } = await autoscaler(TARGETS[0] ?? '');
    const left = Object.keys(metadata.annotations ?? {}).filter((name) => name.startsWith('prescale.'));
    const problems = [
      didRaise || 'minReplicas was not raised in 20 s',
      scaled || 'the autoscaler did not bring the pods',
      (heldWithout && held) || 'minReplicas was not held through the restart',
      restored || 'minReplicas was not restored in 15 s',
      left.length === 0 || `annotations were left: ${left.join(', ')}`,
    ].filter((each) => typeof each === 'string');
    return {
      level: 2,
      what: 'the pre-scaler raises, holds through a kill -9 of itself, and restores minReplicas',
      ok: problems.length === 0,
      figure: `${TARGETS.length} autoscalers x${FACTOR}: raised after ${raisedAfter} ms, restored ${restoredAfter} ms after the window`,
      problems,
    };
  } finally {
    await processes.stop(NAME);
    await publisher.close();
    await emulator.close();
  }
}
