// Sends generated requests to Envoy and to the gateway over the same backend and prints what differs:
//   npm run conformance -- --differential envoy [--requests 2000] [--seed n] [--setup name] [--protos folder] [--json]
//     [--write]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Behaviour } from '../fake-backend.ts';
import { chooser } from '../fuzz-requests.ts';
import { differencesBetween } from './compare.ts';
import { findEnvoy, NO_ENVOY } from './envoy-process.ts';
import { explanationOf } from './explained.ts';
import { generateAnswer } from './generated-answer.ts';
import { generateRequest, type GeneratedRequest } from './generated-request.ts';
import { observe } from './observe.ts';
import { type Difference, differentialPage } from './report.ts';
import { startStations } from './stations.ts';

export interface DifferentialOptions {
  readonly requests: number;
  readonly seed: number;
  /** Only the set-ups of this name. */
  readonly setup?: string;
  /** Services of this folder instead of the usual APIs. */
  readonly protos?: string;
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
  const choose = chooser(options.seed);
  const { stations, envoyRuns, stop } = await startStations(envoy.command, choose, options);
  const found: Difference[] = [];
  const statuses = new Map<string, number>();
  for (let index = 0; index < options.requests; index++) {
    const { setup, subject, api, backend, port, envoyPort } = choose.of(stations);
    const { registry } = subject;
    const request = generateRequest(choose, api.plans);
    const [path = ''] = request.path.split('?');
    const matched = api.matcher.match(request.method, path)?.data ?? choose.of(api.plans);
    backend.behaviour = generateAnswer(choose, matched.method);
    const theirs = await observe(envoyPort, request, backend, registry);
    if (theirs.status === 'closed') await new Promise((resolve) => setTimeout(resolve, 500));
    if (!envoyRuns()) {
      console.error(
        `Envoy ended at this request: [${JSON.stringify(setup.options)}] ${written(request)}\n    answer ${answered(backend.behaviour)}`,
      );
      await stop();
      return 1;
    }
    const ours = await observe(port, request, backend, registry);
    statuses.set(String(theirs.status), (statuses.get(String(theirs.status)) ?? 0) + 1);
    const differs = differencesBetween(theirs, ours);
    if (differs.length) {
      const answer = backend.behaviour;
      const explanation = explanationOf({ request, answer, theirs, ours, differs, plan: matched, setup });
      found.push({
        setup: setup.name === 'by chance' ? `${subject.name} ${JSON.stringify(setup.options)}` : setup.name,
        request: written(request),
        answer: answered(answer),
        differs,
        ...(explanation && { explanation }),
      });
      if (!explanation) report(options.json, found.at(-1) as Difference);
    }
    if (!options.json && index % 500 === 499) console.error(`${index + 1} of ${options.requests} requests`);
  }
  await stop();
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

function answered({ bytes = [], status, initial_metadata: first, trailing_metadata: last }: Behaviour): string {
  const messages = bytes.map((each) => Buffer.from(each).toString('hex'));
  const headers = Object.keys(first ?? {}).length ? `${JSON.stringify(first)} ` : '';
  const trailers = Object.keys(last ?? {}).length ? ` ${JSON.stringify(last)}` : '';
  return `${headers}${messages.join(' ')}${status ? ` then ${JSON.stringify(status)}` : ''}${trailers}`;
}

function written({ method, path, headers, body, chunks }: GeneratedRequest): string {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const text = body === undefined && !chunks ? '' : ` ${(chunks ?? [body]).join('|').slice(0, 400)}`;
  return `${method} ${path}${fields.length ? ` {${fields.join('; ')}}` : ''}${text}`;
}
