import type { Check } from '../check.ts';
import { ClusterError } from '../cluster-error.ts';
import { addressOf, type Node } from './cluster.ts';
import { recoversFromKills } from './kills.ts';
import { Load } from './load.ts';
import { Reader } from './reader.ts';
import { rollsOutUnderLoad } from './rollouts.ts';
import { talksOnlyAsAllowed } from './talk.ts';
import { comesUp, token } from './up.ts';

const READERS = 10;
const ARTICLES = 20;

/** Everything that level 3 shows, in an order in which each finds what it needs. */
export async function checksOn(node: Node, say: (line: string) => void): Promise<Check[]> {
  const checks: Check[] = [];
  const add = (check: Check) => {
    say(`level 3: ${check.what}: ${check.figure}`);
    checks.push(check);
  };
  add(await comesUp(node, say));
  add(await talksOnlyAsAllowed(node, say));
  const load = await startLoad(node);
  add(await rollsOutUnderLoad(node, load, say));
  add(await recoversFromKills(node, load, say));
  const { acknowledged, missing } = await load.stop();
  add({
    level: 3,
    what: 'every write that was acknowledged through rollouts and kills is found afterwards',
    ok: missing.length === 0 && acknowledged > 0,
    figure: `${acknowledged} acknowledged, ${missing.length} missing`,
    problems: missing,
  });
  return checks;
}

/** Writes some articles and starts 100 requests/s. */
async function startLoad(node: Node): Promise<Load> {
  const server = await addressOf(node, 'gateway');
  const editor = new Reader(server, await token(node, 'editor', 'editor'));
  const articles: string[] = [];
  for (let number = 1; number <= ARTICLES; number += 1) {
    const article = { title: `Article ${number}`, body: `Text of article ${number} about rivers and clouds.` };
    const { status, body } = await editor.call('POST', '/v1/articles', article);
    if (status !== 200) throw new ClusterError(`an article is refused: ${status} ${JSON.stringify(body)}`);
    articles.push(String(body['name']));
  }
  editor.close();
  const users = Array.from({ length: READERS }, (_, index) => `reader-${index}`);
  const readers = await Promise.all(users.map(async (user) => ({ user, token: await token(node, user) })));
  const load = new Load({ server, readers, articles, perSecond: 100 });
  load.start();
  return load;
}
