import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../paths.ts';
import { buildImage, type BuildOptions } from '../build-image.ts';
import { type BundleTime, makeBundle } from '../make-bundle.ts';

/** What one change of one line costs, from the saved file to the image, ms. */
export interface RebuildTime extends BundleTime {
  readonly imageMs: number;
}

/**
 * Changes one line of an app again and again, and makes its image as `npm run images -- --bundle <app>` does; puts the
 * line back afterwards.
 */
export async function timeRebuilds(app: string, options: BuildOptions, repeat: number): Promise<RebuildTime[]> {
  const file = join(ROOT, 'apps', app, 'src/main.ts');
  const source = readFileSync(file, 'utf8');
  const rebuild = async (): Promise<RebuildTime> => {
    const bundle = await makeBundle(app);
    const started = performance.now();
    buildImage(app, options);
    return { ...bundle, imageMs: Math.round(performance.now() - started) };
  };
  try {
    await rebuild();
    const times: RebuildTime[] = [];
    while (times.length < repeat) {
      writeFileSync(file, `${source}process.env['KIBAN_CHANGED'] ??= '${Date.now()}';\n`);
      times.push(await rebuild());
    }
    return times;
  } finally {
    writeFileSync(file, source);
    await rebuild();
  }
}
