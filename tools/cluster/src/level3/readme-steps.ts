import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from '../cluster-error.ts';
import { ROOT } from '../paths.ts';

/** The shell commands of one section of deploy/README.md, block by block, as a newcomer would type them. */
export function readmeSteps(heading: string): string[] {
  const text = readFileSync(join(ROOT, 'deploy/README.md'), 'utf8');
  const section = text.split(/^## /m).find((each) => each.startsWith(heading));
  const blocks = [...(section ?? '').matchAll(/^ *```sh\n([^]*?)^ *```$/gm)].map(([, block = '']) => block.trim());
  if (blocks.length === 0) throw new ClusterError(`deploy/README.md has no commands under "${heading}"`);
  return blocks;
}
