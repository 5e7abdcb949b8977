import type { Check } from '../check.ts';
import { eventually } from '../level2/wait.ts';
import { addressOf, get, list, type Node, shell } from './cluster.ts';
import { Reader } from './reader.ts';
import { token } from './up.ts';

const USER = 'bob';
const SPACE = `dev-${USER}`;
const ENTRY = { 'x-dev-namespace': SPACE };

/** A developer's namespace with one service of its own: made, reached by its header, and removed, each by one command. */
export async function developsApart(node: Node, say: (line: string) => void): Promise<Check> {
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  const { spec } = await get(node, 'v1', 'services/postgres');
  const database = `postgres://postgres:kiban@${String(spec?.['clusterIP'])}:5432/postgres`;
  const started = Date.now();
  await shell(node, `npm run -s dev-namespace -- create ${USER} --own bff --database ${database}`);
  const createdMs = Date.now() - started;
  await shell(
    node,
    `kubectl kustomize apps/bff/k8s/dev | sed 's#image: kiban/bff$#image: kiban/bff:dev#' | kubectl -n ${SPACE} apply -f -
     kubectl -n ${SPACE} rollout status deployment/bff --timeout=120s
     kubectl -n ${SPACE} rollout status deployment/gateway --timeout=120s
     kubectl -n ${SPACE} wait --for=condition=complete job/pubsub-topology --timeout=120s`,
  );
  const server = await addressOf(node, 'gateway');
  const user = await token(node, 'reader-1');
  const [everybody, own] = [new Reader(server, user), new Reader(server, user, ENTRY)];
  const status = async (reader: Reader) => (await reader.call('GET', '/v1/articles').catch(() => undefined))?.status;
  const served = await eventually(async () => (await status(own)) === 200, 60_000);
  expect(served, 'the shared gateway does not reach the namespace by its header');
  say(`level 3: ${SPACE} made in ${createdMs} ms, served after ${Date.now() - started} ms`);
  const articles = (reader: Reader) => reader.call('GET', '/v1/articles?pageSize=3');
  const same = JSON.stringify((await articles(own)).body) === JSON.stringify((await articles(everybody)).body);
  expect(same, "the namespace's bff does not answer with the shared articles");

  await shell(node, `kubectl -n ${SPACE} scale deployment/bff --replicas=0`);
  const gone = await eventually(async () => (await status(own)) === 503, 30_000);
  expect(gone, "the header is answered without the developer's own bff: something falls back silently");
  expect((await status(everybody)) === 200, 'everybody else suffers from what the developer does');
  everybody.close();
  own.close();

  const removing = Date.now();
  const removed = await shell(node, `npm run -s dev-namespace -- remove ${USER} --database ${database}`);
  const removedMs = Date.now() - removing;
  expect((await node.api.call('GET', `/api/v1/namespaces/${SPACE}`)).status === 404, `${SPACE} is still there`);
  const left = (await list(node, 'v1', 'pods', SPACE)).length;
  expect(left === 0, `${left} pods of ${SPACE} are still there`);
  expect(removed.includes(`content_dev_${USER}`), `its databases are left: ${removed}`);
  return {
    level: 3,
    what: "a developer's namespace with one service uses the shared rest, is reached by its header, and goes in one command",
    ok: problems.length === 0,
    figure: `made in ${(createdMs / 1000).toFixed(1)} s, removed in ${(removedMs / 1000).toFixed(1)} s; without its bff its header answers 503 and everybody else 200`,
    problems,
  };
}
