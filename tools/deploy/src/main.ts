// npm run render | npm run verify:deploy
import { DeployError } from './deploy-error.ts';
import { render, staleFiles, verifyRendered } from './render/render.ts';

const COMMANDS: Readonly<Record<string, () => void>> = {
  render,
  verify: verifyRendered,
  stale() {
    const found = staleFiles();
    if (found.length) throw new DeployError(`${found.join('\n')}\nrun npm run render and commit what it changes`);
    console.log('deploy/rendered is as new as deploy/k8s');
  },
};

const [name = ''] = process.argv.slice(2);
const command = COMMANDS[name];
try {
  if (!command) throw new DeployError(`unknown command "${name}": ${Object.keys(COMMANDS).join(', ')}`);
  command();
} catch (error) {
  if (!(error instanceof DeployError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
