import { join } from 'node:path';
import { bundleOf } from '../build/bundle-stamp.ts';
import { ROOT } from '../paths.ts';
import { Supervised } from '../supervisor/supervised.ts';

export interface AppProcess {
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logs: string;
  readonly heapMb: number;
  /** Of V8's --max-semi-space-size, MB; default 4. */
  readonly youngMb?: number | undefined;
  readonly onChange: (process: Supervised) => void;
}

/** A supervised process of an app's bundle, with the small heap that nine processes on one machine need. */
export function superviseApp({ name, env, logs, heapMb, youngMb, onChange }: AppProcess): Supervised {
  return new Supervised({
    name,
    script: bundleOf(join(ROOT, 'apps', name)),
    nodeOptions: nodeOptions(heapMb, youngMb),
    cwd: ROOT,
    env,
    logFile: join(logs, `${name}.log`),
    onChange,
  });
}

/** Node's options of an app: V8's default young generation alone would cost 16 MB and more in each process. */
export function nodeOptions(heapMb: number, youngMb = 4): string[] {
  // The inspector opens by SIGUSR1 only (npm run profile); each process then needs a port of its own.
  return [
    `--max-semi-space-size=${youngMb}`,
    `--max-old-space-size=${heapMb}`,
    '--enable-source-maps',
    '--inspect-port=0',
  ];
}
