// Sends generated requests to Envoy and to the gateway over the same backend and prints what differs:
//   npm run conformance -- --differential envoy [--requests 2000] [--seed n] [--setup name] [--json] [--write]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGateway, DEFAULT_OPTIONS, loadApi, parseOptions } from '../../src/index.ts';
import { type Behaviour, FakeBackend } from '../fake-backend.ts';
import { chooser } from '../fuzz-requests.ts';
import { bareEnvoyConfig } from './bare-envoy-config.ts';
import { differencesBetween } from './compare.ts';
import { findEnvoy, NO_ENVOY, startEnvoy } from './envoy-process.ts';
import { explanationOf } from './explained.ts';
import { generateAnswer } from './generated-answer.ts';
import { generateRequest, type GeneratedRequest } from './generated-request.ts';
import { observe } from './observe.ts';
import { PROBE_SERVICE, probeApi, SETUPS } from './probe-api.ts';
import { type Difference, differentialPage } from './report.ts';

export interface DifferentialOptions {
  readonly requests: number;
  readonly seed: number;
  readonly setup?: string;
  readonly json: boolean;
  readonly write: boolean;
}

/** @returns the exit code: 1 when a difference has no explanation, 2 when there is no Envoy */
export async function differential(options: DifferentialOptions): Promise<number> {
  const envoy = findEnvoy();
  if (!envoy) {
    console.error(NO_ENVOY);
    return 2;
  }
  const { descriptorSet, registry } = probeApi();
  const backend = new FakeBackend(registry);
  const address = await backend.listen();
  const setups = SETUPS.filter(({ name }) => name.includes(options.setup ?? ''));
  const running = await startEnvoy(envoy.command, bareEnvoyConfig(setups, descriptorSet, address));
  const stations = await Promise.all(
    setups.map(async (setup) => {
      const services = [PROBE_SERVICE];
      const chosen = parseOptions(setup.options);
      const api = loadApi(descriptorSet, services, { ...DEFAULT_OPTIONS, ...chosen });
      const mode = 'transcoder';
      const gateway = createGateway({ descriptorSet, services, mode, options: chosen, backend: () => address });
      return { setup, api, gateway, port: await gateway.listen(0), envoyPort: running.ports.get(setup.name) ?? 0 };
    }),
  );
  const choose = chooser(options.seed);
  const found: Difference[] = [];
  const statuses = new Map<string, number>();
  for (let index = 0; index < options.requests; index++) {
    const { setup, api, port, envoyPort } = choose.of(stations);
    const request = generateRequest(choose, api.plans);
    const [path = ''] = request.path.split('?');
    const matched = api.matcher.match(request.method, path)?.data ?? choose.of(api.plans);
    backend.behaviour = generateAnswer(choose, matched.method);
    const theirs = await observe(envoyPort, request, backend, registry);
    const ours = await observe(port, request, backend, registry);
    statuses.set(String(theirs.status), (statuses.get(String(theirs.status)) ?? 0) + 1);
    const differs = differencesBetween(theirs, ours);
    if (differs.length) {
      const answer = backend.behaviour;
      const explanation = explanationOf({ request, answer, theirs, ours, differs, plan: matched, setup });
      found.push({
        setup: setup.name,
        request: written(request),
        answer: answered(answer),
        differs,
        ...(explanation && { explanation }),
      });
      if (!explanation) report(options.json, found.at(-1) as Difference);
    }
    if (!options.json && index % 500 === 499) console.error(`${index + 1} of ${options.requests} requests`);
  }
  await running.stop();
  for (const { gateway } of stations) await gateway.close(0);
  backend.close();
  const unexplained = found.filter(({ explanation }) => !explanation).length;
  const summary = {
    envoy: envoy.version,
    seed: options.seed,
    requests: options.requests,
    statuses: Object.fromEntries([...statuses].sort(([a], [b]) => a.localeCompare(b))),
    differences: found.length,
    unexplained,
  };
  if (options.json) console.log(JSON.stringify(summary));
  else {
    for (const [explanation, count] of counted(found)) console.log(`${String(count).padStart(5)}  ${explanation}`);
    console.log(
      `differential (Envoy ${envoy.version}, seed ${options.seed}): ${options.requests} requests, ` +
        `${found.length} differ, ${unexplained} without an explanation`,
    );
  }
  if (options.write) {
    writeFileSync(
      join(import.meta.dirname, '../../../../docs/results/envoy-differential.md'),
      differentialPage(summary, found),
    );
  }
  return unexplained ? 1 : 0;
}

function counted(found: readonly Difference[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { explanation = 'not explained' } of found) counts.set(explanation, (counts.get(explanation) ?? 0) + 1);
  return counts;
}

function report(json: boolean, difference: Difference): void {
  if (json) console.log(JSON.stringify(difference));
  else
    console.log(
      `[${difference.setup}] ${difference.request}\n    answer ${difference.answer}\n    ${difference.differs.join('\n    ')}`,
    );
}

function answered({ bytes = [], status }: Behaviour): string {
  const messages = bytes.map((each) => Buffer.from(each).toString('hex'));
  return `${messages.join(' ')}${status ? ` then ${JSON.stringify(status)}` : ''}`;
}

function written({ method, path, headers, body }: GeneratedRequest): string {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const text = body === undefined ? '' : ` ${body.toString('utf8').slice(0, 400)}`;
  return `${method} ${path}${fields.length ? ` {${fields.join('; ')}}` : ''}${text}`;
}
