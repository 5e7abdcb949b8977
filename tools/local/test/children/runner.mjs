// A runner with one service: prints the id of the service's process.
import { Supervised } from '../../src/supervisor/supervised.ts';

const [script, logFile] = process.argv.slice(2);
const service = new Supervised({ name: 'fake', script, cwd: process.cwd(), env: process.env, logFile });
await service.start();
// Not console.log: it colours numbers where FORCE_COLOR is set.
process.stdout.write(`${service.describe().identity?.pid}\n`);
