// A supervising program to be killed by kill.spec.ts: starts a server and prints its process id.
import { startPostgres } from '../src/index.ts';

const [dataDir = '', initCache = '', ephemeral = ''] = process.argv.slice(2);
const databases = ['content'];
const server = await startPostgres({ dataDir, initCache, databases, ephemeral: ephemeral === 'ephemeral' });
console.log(JSON.stringify({ pid: server.pid, url: server.url('content') }));
setInterval(() => undefined, 60_000);
