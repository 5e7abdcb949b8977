// One of the servers as a process: server-process.ts <name> <port>. Answers its parent with the CPU time it has used.
import { servers } from './servers.ts';

const [name = '', port] = process.argv.slice(2);
await servers[name]?.(Number(port));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');
