import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * One file out of a process of the harness: a killed process is started again hundreds of times, and loading sources one by
 * one takes most of a second.
 * @param name file beside this one, without `.ts`
 */
export async function bundleProcess(name: string): Promise<string> {
  const folder = join(import.meta.dirname, '../dist/faults');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}-${process.pid}.mjs`);
  const bundle = await rolldown({
    input: join(import.meta.dirname, `${name}.ts`),
    platform: 'node',
    tsconfig: false,
    resolve: { conditionNames: ['@kiban/source', 'node'] },
    external: ['pg-native', /^@nestjs/, '@google-cloud/pubsub', 'google-auth-library'],
    onLog: () => undefined,
  });
  await bundle.write({ file, format: 'esm', codeSplitting: false });
  await bundle.close();
  return file;
}
