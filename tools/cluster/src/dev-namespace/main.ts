// npm run dev-namespace -- create|seed|remove <user> [--own bff,content] [--shared kiban] [--database postgres://...] [--print]
import { parseArgs } from 'node:util';
import { ClusterError } from '../cluster-error.ts';
import { createDatabases, dropDatabases } from './databases.ts';
import { developer } from './developer.ts';
import { kubectl } from './kubectl.ts';
import { namespaceObjects, SERVICES } from './objects.ts';
import { seed } from './seed.ts';
import { lookAtShared } from './shared.ts';

const USAGE = `usage: npm run dev-namespace -- create <user> --database <url> [--own bff] [--shared kiban] [--member <who>] [--print]
       npm run dev-namespace -- seed <user> [--token <jwt>]
       npm run dev-namespace -- remove <user> [--database <url>]
  --database  PostgreSQL server, reachable from here and from pods; your own databases are made on it
  --own       services that you will run; the shared namespace answers for the others
  --member    who may work in it, such as alice@example.com or group:team@example.com
  --print     show what would be applied, change nothing
  --token     of a user with the role ingest; default: one of the keys in .kiban/keys`;

try {
  await main();
} catch (error) {
  if (!(error instanceof ClusterError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      own: { type: 'string', default: 'bff' },
      shared: { type: 'string', default: 'kiban' },
      database: { type: 'string' },
      member: { type: 'string' },
      print: { type: 'boolean', default: false },
      token: { type: 'string' },
    },
  });
  const [verb, user] = positionals;
  if (user === undefined || !['create', 'seed', 'remove'].includes(verb ?? '')) throw new ClusterError(USAGE);
  const { database, shared, print } = values;
  const owner = developer(user);
  const { namespace } = owner;
  if (verb === 'seed') return seed(namespace, values.token);
  if (verb === 'remove') {
    kubectl(['delete', 'namespace', namespace, '--ignore-not-found']);
    const dropped = database === undefined ? [] : await dropDatabases(owner, database);
    console.log(`${namespace} is gone${dropped.length > 0 ? ` and so are ${dropped.join(', ')}` : ''}`);
    return;
  }

  if (database === undefined) throw new ClusterError(`--database is missing\n${USAGE}`);
  const own = values.own.split(',').filter(Boolean);
  const unknown = own.filter((name) => !SERVICES.includes(name));
  if (unknown.length > 0)
    throw new ClusterError(`no such service: ${unknown.join(', ')}; one of ${SERVICES.join(', ')}`);
  const around = lookAtShared(shared);
  const { member } = values;
  const items = namespaceObjects({ developer: owner, own, shared: around, databaseServer: database, member });
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2);
  if (print) {
    console.log(list);
    return;
  }
  const made = await createDatabases(owner, database);
  kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], list);
  console.log(`${namespace} is ready: ${own.join(', ')} will run in it, ${shared} answers for the rest`);
  if (made.length > 0) console.log(`databases made: ${made.join(', ')}`);
  const modules = own.map((name) => `-m ${name}`).join(' ');
  if (around.gateway === undefined && !own.includes('gateway'))
    console.log(`the header leads nowhere: ${shared} has no gateway of ours; take --own gateway,${own.join(',')}`);
  console.log(`next: npm run loop -- ${own.join(' ')} run skaffold dev -p dev ${modules} -n ${namespace}
      curl -H 'x-dev-namespace: ${namespace}' <the shared gateway>/v1/articles
      npm run dev-namespace -- seed ${user}     synthetic articles and readers, through your own services
when done: npm run dev-namespace -- remove ${user} --database <url>`);
}
