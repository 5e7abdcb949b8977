// npm run render | npm run verify:deploy | npm run images | npm run test:images | npm run loop
import { DeployError } from './deploy-error.ts';
import { imagesCommand } from './images/images-command.ts';
import { testImagesCommand } from './images/test/test-images-command.ts';
import { loopCommand } from './loop/loop-command.ts';
import { render, staleFiles, verifyRendered } from './render/render.ts';

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => void | Promise<void>>> = {
  images: imagesCommand,
  'test-images': testImagesCommand,
  loop: loopCommand,
  render,
  verify: verifyRendered,
  stale() {
    const found = staleFiles();
    if (found.length) throw new DeployError(`${found.join('\n')}\nrun npm run render and commit what it changes`);
    console.log('deploy/rendered is as new as deploy/k8s');
  },
};

const [name = '', ...args] = process.argv.slice(2);
const command = COMMANDS[name];
try {
  if (!command) throw new DeployError(`unknown command "${name}": ${Object.keys(COMMANDS).join(', ')}`);
  await command(args);
} catch (error) {
  if (!(error instanceof DeployError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
