import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ROOT } from '../load.ts';

/** A service that an app's main starts. */
export interface ServiceApp {
  /** Name of the Deployment: the app's, or the command's where the service is one of the app's commands. */
  readonly name: string;
  /** Compiled module that exports the definition, and the export's name. */
  readonly module: string;
  readonly exportName: string;
  /** Not every place runs it. */
  readonly optional: boolean;
}

/** `import { contentService } from './service.ts'; await bootstrapService(contentService);` */
const BOOTSTRAP = /bootstrapService\((\w+)\)/;

/** Every service of apps/, as the src/main.ts of its app says. */
export const SERVICE_APPS: readonly ServiceApp[] = globSync('apps/*/src/main.ts', { cwd: ROOT })
  .toSorted()
  .flatMap((file): ServiceApp[] => {
    const source = readFileSync(join(ROOT, file), 'utf8');
    const exportName = BOOTSTRAP.exec(source)?.[1];
    if (exportName === undefined) return [];
    const app = dirname(dirname(file));
    const module = (from: string) => join(ROOT, app, `dist/${from}.js`);
    const own = new RegExp(`import \\{ ${exportName} \\} from '\\./([^']+)\\.ts'`).exec(source)?.[1];
    if (own !== undefined) return [{ name: basename(app), module: module(own), exportName, optional: false }];
    // A command of an app that does other things otherwise, named as its definition is.
    const command = new RegExp(`\\{ ${exportName} \\} = await import\\('\\./([^']+)\\.ts'\\)`).exec(source)?.[1];
    if (command === undefined) throw new Error(`${file}: import ${exportName} from a file beside main.ts`);
    return [{ name: exportName, module: module(command), exportName, optional: true }];
  });

/** Whether the compiler has written what the rules read. */
export function isCompiled(): boolean {
  return SERVICE_APPS.every(({ module }) => existsSync(module));
}
