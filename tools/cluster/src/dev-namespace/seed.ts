import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ClusterError } from '../cluster-error.ts';
import { ROOT } from '../paths.ts';
import { kubectl } from './kubectl.ts';

const FORWARDED = /Forwarding from 127\.0\.0\.1:(\d+)/;

/** Posts the synthetic data set through the namespace's own gateway: nobody's real data comes into a developer's hands. */
export async function seed(namespace: string, token?: string): Promise<void> {
  refuseShared(namespace);
  const forward = spawn('kubectl', ['-n', namespace, 'port-forward', 'service/gateway', ':8080'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const port = await new Promise<string>((resolve, reject) => {
      forward.once('error', () => reject(new ClusterError('kubectl 1.27 or newer is needed')));
      forward.once('exit', () => reject(new ClusterError(`the gateway of ${namespace} cannot be reached`)));
      forward.stdout.on('data', (said) => {
        const found = FORWARDED.exec(String(said))?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    const command = ['--conditions=@kiban/source', join(ROOT, 'tools/data/src/main.ts'), 'seed', '--force'];
    const more = token === undefined ? [] : ['--token', token];
    const args = [...command, '--gateway', `http://127.0.0.1:${port}`, ...more];
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', cwd: ROOT });
    if (status !== 0) throw new ClusterError('the data set was not taken; the reason stands above');
  } finally {
    forward.kill();
  }
}

/** What is seeded lands in the databases of the services that answer: they must be the developer's. */
function refuseShared(namespace: string): void {
  const { items } = JSON.parse(kubectl(['-n', namespace, 'get', 'services', '-o', 'json'])) as {
    items: { metadata: { name: string }; spec: { type?: string } }[];
  };
  const type = (name: string) => items.find(({ metadata }) => metadata.name === name)?.spec.type;
  const shared = ['bff', 'content', 'recommendation'].filter((name) =>
    [undefined, 'ExternalName'].includes(type(name)),
  );
  if (shared.length > 0) {
    throw new ClusterError(
      `${shared.join(' and ')} of ${namespace} would write into the shared databases: run your own, --own bff,content,recommendation`,
    );
  }
}
