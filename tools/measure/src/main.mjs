// npm run bench|faults|fuzz -- <subject> [its options]: finds the subject's file and becomes it.
import { spawn } from 'node:child_process';
import { commands } from './commands.mjs';

const [verb, subject, ...options] = process.argv.slice(2);
const subjects = commands[verb] ?? {};
const file = subjects[subject];
if (file === undefined) {
  const known = Object.keys(subjects).join('|') || `unknown verb; one of ${Object.keys(commands).join(', ')}`;
  console.error(`usage: npm run ${verb} -- ${known} [--json] [its options; --help lists them]`);
  process.exit(2);
}
// The controls' servers and clients ask for credentials otherwise, and wait for a metadata server that is not there.
const env = { ...process.env, METADATA_SERVER_DETECTION: 'none' };
const child = spawn(process.execPath, ['--conditions=@kiban/source', file, ...options], { stdio: 'inherit', env });
// A terminal signals both; a supervisor only this process.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
