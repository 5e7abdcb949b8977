// npm run events -- apply | outbox <command> | inbox <command>; run without arguments for help.
import { runCli } from './run-cli.ts';

process.exitCode = await runCli(process.argv.slice(2), process.env, (line) => console.log(line));
