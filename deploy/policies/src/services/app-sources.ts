import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ROOT } from '../load.ts';

/** An app whose main starts a service. */
export interface ServiceApp {
  /** Name of the folder, of the image and of the Deployment. */
  readonly name: string;
  /** Compiled module that exports the definition, and the export's name. */
  readonly module: string;
  readonly exportName: string;
}

/** `import { contentService } from './service.ts'; await bootstrapService(contentService);` */
const BOOTSTRAP = /bootstrapService\((\w+)\)/;

/** Every app that is a gRPC service, as its src/main.ts says. */
export const SERVICE_APPS: readonly ServiceApp[] = globSync('apps/*/src/main.ts', { cwd: ROOT })
  .toSorted()
  .flatMap((file) => {
    const source = readFileSync(join(ROOT, file), 'utf8');
    const exportName = BOOTSTRAP.exec(source)?.[1];
    if (exportName === undefined) return [];
    const from = new RegExp(`import \\{ ${exportName} \\} from '\\./([^']+)\\.ts'`).exec(source)?.[1];
    if (from === undefined) throw new Error(`${file}: import ${exportName} from a file beside main.ts`);
    const app = dirname(dirname(file));
    return [{ name: basename(app), module: join(ROOT, app, `dist/${from}.js`), exportName }];
  });

/** Whether the compiler has written what the rules read. */
export function isCompiled(): boolean {
  return SERVICE_APPS.every(({ module }) => existsSync(module));
}
