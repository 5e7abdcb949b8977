// Runs every command of the READMEs against a freshly started platform and compares the output.
//   node tools/check/src/docs.mjs
// In a ```console block a line `$ …` is a command (a trailing backslash continues it) and the lines below it are its
// output; `…` in an expected line stands for any text, a line of `…` alone for any lines. A block whose fence says
// `console start` is what this script itself does: it is not run again.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandsOf, matches } from './console-blocks.mjs';
import { freePort } from './free-port.mjs';

const DOCUMENTS = ['README.md', 'deploy/README.md'];
const START_TIMEOUT_MS = 240_000;

const commands = DOCUMENTS.flatMap((file) =>
  commandsOf(readFileSync(file, 'utf8')).map((entry) => ({ file, ...entry })),
);
if (!commands.length) {
  console.error(`no command found in ${DOCUMENTS.join(', ')}: this check would prove nothing`);
  process.exit(1);
}

const state = mkdtempSync(join(tmpdir(), 'kiban-docs-'));
chmodSync(state, 0o755); // PostgreSQL, which never runs as root, has to reach its data
const port = await freePort();
// As with npm's --silent: no banner above what a command prints.
const env = { ...process.env, KIBAN_STATE_DIR: state, npm_config_loglevel: 'silent' };
const platform = await start();
let failed = 0;
try {
  for (const entry of commands) if (!runs(entry)) failed++;
} finally {
  await stop(platform);
  rmSync(state, { recursive: true, force: true });
}
console.log(`Tests: ${failed} failed, ${commands.length - failed} passed, ${commands.length} total`);
process.exit(failed ? 1 : 0);

function runs({ file, line, command, expected }) {
  const local = command.replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`);
  const result = spawnSync('bash', ['-c', local], { env, encoding: 'utf8', timeout: 120_000 });
  const output = `${result.stdout}${result.stderr}`.replaceAll(`127.0.0.1:${port}`, '127.0.0.1:8080');
  const good = result.status === 0 && matches(output, expected);
  console.log(`${good ? 'ok    ' : 'FAILED'} ${file}:${line} $ ${command}`);
  if (!good) console.log(`exit ${result.status}; expected:\n${expected}\nfound:\n${output}`);
  return good;
}

async function start() {
  const child = spawn('npm', ['start', '--silent', '--', '--json', '--port', String(port)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let text = '';
  const ready = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready after ${START_TIMEOUT_MS} ms`)), START_TIMEOUT_MS);
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (!/^\{"event":"ready"/m.test(text)) return;
      clearTimeout(timer);
      resolve();
    });
    child.on('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`npm start ended with ${code}`));
    });
  });
  try {
    await ready;
  } catch (error) {
    console.error(`${error.message}; it printed:\n${text}`);
    await stop(child);
    process.exit(1);
  }
  return child;
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  process.kill(-Number(child.pid), 'SIGINT');
  await ended;
}
