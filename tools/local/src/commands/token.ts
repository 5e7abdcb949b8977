import { parseArgs } from 'node:util';
import { ensureDevelopmentKeys, mintDevelopmentToken } from '@kiban/auth';
import type { StatePaths } from '../paths.ts';
import { UsageError } from '../start-error.ts';

/** `npm run token -- --user alice [--role editor] [--ttl 3600]`: prints a JWT that the local gateway takes. */
export async function tokenCommand(args: readonly string[], paths: StatePaths): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      user: { type: 'string' },
      role: { type: 'string', multiple: true, default: [] },
      ttl: { type: 'string', default: '3600' },
    },
  });
  const ttlSeconds = Number(values.ttl);
  if (!values.user) throw new UsageError('usage: npm run token -- --user alice [--role editor] [--ttl 3600]');
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1) throw new UsageError('--ttl must be a whole number of seconds');
  await ensureDevelopmentKeys(paths.keys);
  console.log(await mintDevelopmentToken(paths.keys, { subject: values.user, roles: values.role, ttlSeconds }));
  return 0;
}
