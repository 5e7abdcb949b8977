import { type Api, createGateway, DEFAULT_OPTIONS, type Gateway, loadApi, parseOptions } from '../../src/index.ts';
import { FakeBackend } from '../fake-backend.ts';
import type { Chooser } from '../fuzz-requests.ts';
import { bareEnvoyConfig } from './bare-envoy-config.ts';
import { startEnvoy } from './envoy-process.ts';
import { randomSetup, type Setup, SETUPS } from './setups.ts';
import { folderApis, googleApis, probeApi, type Subject } from './subjects.ts';

/** An API behind both gateways, set up the same way. */
export interface Station {
  readonly subject: Subject;
  readonly setup: Setup;
  readonly api: Api;
  readonly backend: FakeBackend;
  readonly gateway: Gateway;
  readonly port: number;
  readonly envoyPort: number;
}

const BY_CHANCE = 3;

/** Starts one Envoy with a listener for each station, and a gateway for each. */
export async function startStations(
  envoyCommand: string,
  choose: Chooser,
  { setup: name = '', protos }: { readonly setup?: string; readonly protos?: string },
): Promise<{ stations: readonly Station[]; envoyRuns: () => boolean; stop: () => Promise<void> }> {
  const pairs = protos
    ? folderApis(protos).flatMap((subject) => pairsOf(subject, [SETUPS[0] as Setup], choose, 1))
    : [...pairsOf(probeApi(), SETUPS, choose, BY_CHANCE), ...pairsOf(googleApis(), [], choose, BY_CHANCE)];
  const chosen = pairs.filter(({ setup }) => setup.name.includes(name));
  const backends = new Map<Subject, { backend: FakeBackend; address: string }>();
  for (const { subject } of chosen) {
    if (backends.has(subject)) continue;
    const backend = new FakeBackend(subject.registry);
    backends.set(subject, { backend, address: await backend.listen() });
  }
  const listeners = chosen.map(({ subject, setup }, index) => ({
    name: String(index),
    setup,
    descriptorSet: subject.descriptorSet,
    services: subject.services,
    backend: backends.get(subject)?.address ?? '',
  }));
  const running = await startEnvoy(envoyCommand, bareEnvoyConfig(listeners));
  const stations = await Promise.all(
    chosen.map(async ({ subject, setup }, index): Promise<Station> => {
      const { descriptorSet, services } = subject;
      const { backend, address } = backends.get(subject) as { backend: FakeBackend; address: string };
      const options = parseOptions(setup.options);
      const api = loadApi(descriptorSet, services, { ...DEFAULT_OPTIONS, ...options });
      const gateway = createGateway({ descriptorSet, services, mode: 'transcoder', options, backend: () => address });
      const envoyPort = running.ports.get(String(index)) ?? 0;
      return { subject, setup, api, backend, gateway, port: await gateway.listen(0), envoyPort };
    }),
  );
  const stop = async () => {
    await running.stop();
    for (const { gateway } of stations) await gateway.close(0);
    for (const { backend } of backends.values()) backend.close();
  };
  return { stations, envoyRuns: () => running.child.exitCode === null && running.child.signalCode === null, stop };
}

function pairsOf(subject: Subject, setups: readonly Setup[], choose: Chooser, byChance: number) {
  const random = Array.from({ length: byChance }, () => randomSetup(choose));
  return [...setups, ...random].map((setup) => ({ subject, setup }));
}
