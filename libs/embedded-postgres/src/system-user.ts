import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { PostgresError } from './postgres-error.ts';

/** The account initdb and postgres run as, when it is not our own. */
export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root. Root therefore hands it to `nobody`, an account every Unix has: nothing is ever
 * added to the system. Everybody else runs it as themselves (undefined).
 */
export function postgresUser(passwdFile = '/etc/passwd', uid = process.getuid?.()): SystemUser | undefined {
  if (uid !== 0) return undefined;
  const user = findUser(readPasswd(passwdFile), 'nobody');
  if (user) return user;
  throw new PostgresError(
    'no-system-user',
    `PostgreSQL does not run as root, and ${passwdFile} has no user "nobody" to run it as. Start Kiban as an ordinary user.`,
  );
}

function readPasswd(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function findUser(passwd: string, name: string): SystemUser | undefined {
  for (const line of passwd.split('\n')) {
    const [login, , uid, gid] = line.split(':');
    // macOS writes nobody as -2: the same 32 bits read as unsigned.
    if (login === name) return { name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
  }
  return undefined;
}

/**
 * Whether the user can enter the directory, or enter and write. Asked of the system itself, as that user: mode bits
 * alone know nothing of access lists, security modules or a parent that is closed.
 */
export function canUse(user: SystemUser, directory: string, how: 'enter' | 'write'): boolean {
  const script = how === 'enter' ? 'cd "$1"' : 'cd "$1" && test -w .';
  const test = spawnSync('/bin/sh', ['-c', script, 'sh', directory], {
    uid: user.uid,
    gid: user.gid,
    cwd: '/',
    stdio: 'ignore',
  });
  return test.status === 0;
}
