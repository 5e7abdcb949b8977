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
export function timeRebuilds(app: string, options: BuildOptions, repeat: number): RebuildTime[] {
  const file = join(ROOT, 'apps', app, 'src/main.ts');
  const source = readFileSync(file, 'utf8');
  const rebuild = (): RebuildTime => {
    const bundle = makeBundle(app);
    const started = performance.now();
    buildImage(app, options);
    return { ...bundle, imageMs: Math.round(performance.now() - started) };
  };
  try {
    rebuild();
    return Array.from({ length: repeat }, (_, round) => {
      writeFileSync(file, `${source}process.env['KIBAN_CHANGED'] ??= '${Date.now()}-${round}';\n`);
      return rebuild();
    });
  } finally {
    writeFileSync(file, source);
    rebuild();
  }
}
