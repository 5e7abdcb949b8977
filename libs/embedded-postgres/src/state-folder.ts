import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MARKER, type Marker, notOurs, readMarker, writeMarker } from './marker.ts';
import { stopOrphan } from './orphan.ts';
import { PostgresError } from './postgres-error.ts';
import { sweepAbandoned } from './sweep.ts';
import { canUse, type SystemUser } from './system-user.ts';

/** Where one server's files are. */
export interface StateFolder {
  /** What the caller asked for: the marker, the password, the log. */
  directory: string;
  /** Parent of PostgreSQL's own data directory: `directory`, or a place the other account can reach. */
  location: string;
  /** PostgreSQL's data directory. */
  data: string;
  passwordFile: string;
  logFile: string;
  lockFile: string;
}

/**
 * Takes the directory for us, or recognises it as ours. A directory with other things in it is refused, never emptied.
 *
 * Root's checkout is often closed to others (a home with mode 700), and the account that runs PostgreSQL then cannot
 * reach data inside it. The data goes to /var/lib/kiban (kept over a reboot, unlike /tmp) and the marker in the
 * directory says where. When the directory is deleted to start over, its marker goes too, and the data it pointed to
 * is recognised by the lost id and removed.
 */
export async function claimStateFolder(
  directory: string,
  user: SystemUser | undefined,
  outside: readonly string[] = ['/var/lib/kiban', join(tmpdir(), 'kiban-data')],
): Promise<StateFolder> {
  try {
    mkdirSync(directory, { recursive: true });
    const real = realpathSync(directory);
    const marker = readMarker(real) ?? newMarker(real);
    if (!user) return paths(real, real);
    if (!marker.location) chmodSync(real, 0o711);
    const location = marker.location ?? (canEnter(user, real) ? real : undefined);
    if (location && existsSync(location)) return paths(real, location);
    const moved = await claimOutside(real, marker.id, user, outside);
    await moveData(real, moved);
    writeMarker(real, { ...marker, location: moved });
    return paths(real, moved);
  } catch (error) {
    throw PostgresError.fromFileSystem(error, directory);
  }
}

/** Finds the files of a directory claimed before; undefined when it is not one of ours. */
export function findStateFolder(directory: string): StateFolder | undefined {
  if (!existsSync(join(directory, MARKER))) return undefined;
  const real = realpathSync(directory);
  return paths(real, readMarker(real)?.location ?? real);
}

/**
 * Root who starts what an ordinary user started before (`sudo npm start`): the data keeps its owner, so that the user
 * can go on with it later. Undefined for everybody else, and when there is no data yet.
 */
export function ownerOfData(directory: string): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const stat = statSync(join(directory, 'data'), { throwIfNoEntry: false });
  if (!stat || stat.uid === 0) return undefined;
  return { name: `user ${stat.uid}`, uid: stat.uid, gid: stat.gid };
}

function paths(directory: string, location: string): StateFolder {
  return {
    directory,
    location,
    data: join(location, 'data'),
    passwordFile: join(directory, 'password'),
    logFile: join(directory, 'postgres.log'),
    lockFile: join(directory, 'supervisor.json'),
  };
}

function newMarker(directory: string): Marker {
  const found = readdirSync(directory);
  if (found.length > 0) throw notOurs(directory, `it holds ${found.slice(0, 3).join(', ')}`);
  const marker = { madeBy: 'kiban embedded-postgres', id: randomBytes(8).toString('hex') };
  writeMarker(directory, marker);
  return marker;
}

function canEnter(user: SystemUser, directory: string): boolean {
  // Entering is enough: the data directory inside is made by us and given to the user.
  return canUse(user, directory, 'enter');
}

async function claimOutside(
  directory: string,
  id: string,
  user: SystemUser,
  parents: readonly string[],
): Promise<string> {
  const name = `postgres-${createHash('sha256').update(directory).digest('hex').slice(0, 12)}`;
  const tried: string[] = [];
  for (const parent of parents) {
    const location = join(parent, name);
    try {
      mkdirSync(parent, { recursive: true });
      chmodSync(parent, 0o711);
      sweepAbandoned(parent);
      mkdirSync(location, { recursive: true });
      const before = readMarker(location);
      if (before && before.id !== id) await emptyAbandoned(location);
      if (!readMarker(location)) writeMarker(location, { ...newMarker(location), id, directory });
      chmodSync(location, 0o711);
      if (canEnter(user, location)) return location;
      tried.push(`${location} (closed to ${user.name})`);
    } catch (error) {
      if (error instanceof PostgresError && error.reason === 'disk-full') throw error;
      tried.push(`${location} (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  throw new PostgresError(
    'not-writable',
    `${user.name}, who runs PostgreSQL when root starts Kiban, can reach neither ${directory} nor ${tried.join(' nor ')}. Check the project out where others may enter, or start Kiban as an ordinary user.`,
  );
}

/** The directory was open before and was closed since (chmod 700): the data goes along. */
async function moveData(from: string, to: string): Promise<void> {
  const data = join(from, 'data');
  if (!existsSync(data) || existsSync(join(to, 'data'))) return;
  await stopOrphan(data);
  // mv also crosses file systems, and keeps owners and modes.
  execFileSync('mv', [data, join(to, 'data')]);
}

async function emptyAbandoned(location: string): Promise<void> {
  await stopOrphan(join(location, 'data'));
  rmSync(location, { recursive: true, force: true });
  mkdirSync(location);
}
