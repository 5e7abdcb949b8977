import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { shortPath, type StatePaths } from '../paths.ts';
import { type CpuProfile, takeCpuProfile } from '../profile/cpu-profile.ts';
import { InspectorSession, openInspector } from '../profile/inspector.ts';
import { busyMs, compareTimes, selfTimes } from '../profile/self-times.ts';
import { comparison, topFunctions } from '../view/profile-table.ts';
import { messageOf, UsageError } from '../start-error.ts';
import { isAlive } from '../state/process-identity.ts';
import { readRun } from '../state/run-file.ts';

const USAGE =
  'npm run profile -- <service> [--seconds 10] [--out file] [--compare old.cpuprofile] [--top 20] [--json]; ' +
  'with --inspect host:port instead of a service: a process anywhere that was sent SIGUSR1';

/** `npm run profile -- content`: samples a running process, prints what took the time, and compares with an older profile. */
export async function profileCommand(args: readonly string[], paths: StatePaths): Promise<number> {
  const { service, seconds, out, compare, top, json, inspect } = options(args);
  const old = compare === undefined ? undefined : readProfile(compare);
  try {
    if (!json) console.error(`sampling ${service} for ${seconds} s ...`);
    const session = await InspectorSession.connect(inspect ?? (await inspectorOf(service, paths)));
    const profile = await profileAndEnd(session, seconds);
    const file = out ?? defaultFile(service, paths);
    writeFileSync(file, JSON.stringify(profile));
    const times = selfTimes(profile);
    const changes = old && compareTimes(selfTimes(old), times);
    const busy = busyMs(times);
    if (json) {
      const shown = { functions: times.slice(0, top), ...(changes && { changes: changes.slice(0, top) }) };
      console.log(JSON.stringify({ service, seconds, file, busyMsPerSecond: busy, ...shown }));
      return 0;
    }
    console.log(
      `${service}: ${(busy / 10).toFixed(1)} % of one core over ${seconds} s\n\n${topFunctions(times.slice(0, top))}`,
    );
    if (changes) console.log(`\nagainst ${compare}:\n\n${comparison(changes.slice(0, top))}`);
    console.log(`\n${shortPath(file)}: open it in Chrome's DevTools or VS Code, or compare a later one with --compare`);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    console.error(messageOf(error));
    return 1;
  }
}

/** Left open, the session would keep this command alive, and the process's inspector open. */
async function profileAndEnd(session: InspectorSession, seconds: number): Promise<CpuProfile> {
  try {
    return await takeCpuProfile(session, seconds);
  } finally {
    await session.end();
  }
}

async function inspectorOf(service: string, paths: StatePaths): Promise<string> {
  const run = readRun(paths.runFile);
  if (!run || !isAlive(run.main)) throw new UsageError('Kiban is not running: npm start starts it.');
  const known = run.processes.filter(({ name }) => name !== 'postgres');
  const found = known.find(({ name }) => name === service);
  if (!found) throw new UsageError(`there is no ${service}; running are ${known.map(({ name }) => name).join(', ')}`);
  if (!found.identity || !isAlive(found.identity))
    throw new UsageError(`${service} does not run: it is ${found.state}`);
  return openInspector(found.identity.pid, join(paths.logs, `${service}.log`));
}

function defaultFile(service: string, { dir }: StatePaths): string {
  const name = `${service}-${new Date().toISOString()}`.replace(/[^\w-]/g, '-');
  mkdirSync(join(dir, 'profiles'), { recursive: true });
  return join(dir, 'profiles', `${name}.cpuprofile`);
}

function options(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '10' },
      out: { type: 'string' },
      compare: { type: 'string' },
      inspect: { type: 'string' },
      top: { type: 'string', default: '20' },
      json: { type: 'boolean', default: false },
    },
  });
  const service = positionals[0] ?? values.inspect;
  if (!service) throw new UsageError(`which service? ${USAGE}`);
  const seconds = Number(values.seconds);
  if (!(seconds > 0 && seconds <= 600)) throw new UsageError(`--seconds is a number up to 600, not ${values.seconds}`);
  const top = Number(values.top);
  if (!Number.isInteger(top) || top < 1) throw new UsageError(`--top is a whole number, not ${values.top}`);
  return { ...values, service, seconds, top };
}

function readProfile(file: string): CpuProfile {
  try {
    const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
    if (!Array.isArray(profile.nodes) || !Array.isArray(profile.samples)) throw new Error('it has no samples');
    return profile;
  } catch (error) {
    throw new UsageError(`${file} is no CPU profile: ${messageOf(error)}`);
  }
}
