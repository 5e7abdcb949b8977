import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from '../cluster-error.ts';
import { ROOT } from '../paths.ts';

const BLOCK = /^ *```(\w+)\n([^]*?)^ *```$/gm;

/** The shell commands of one section of deploy/README.md, block by block, as a newcomer would type them. */
export function readmeSteps(heading: string): string[] {
  const blocks = [...sectionOf(heading).matchAll(BLOCK)];
  const steps = blocks.filter(([, language]) => language === 'sh').map(([, , block = '']) => block.trim());
  if (steps.length === 0) throw new ClusterError(`deploy/README.md has no commands under "${heading}"`);
  return steps;
}

/** The command of a section that begins so: a line of a block, or one in the middle of a sentence. */
export function readmeCommand(heading: string, begins: string): string {
  const section = sectionOf(heading);
  const lines = [...section.matchAll(BLOCK)].flatMap(([, , block = '']) => block.split('\n'));
  const inSentences = [...section.replaceAll(BLOCK, '').matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
  const commands = [...lines.map((line) => line.trim().replace(/^\$ /, '')), ...inSentences];
  const found = commands.map((each) => each.replaceAll(/\s+/g, ' ')).find((each) => each.startsWith(begins));
  if (found === undefined) throw new ClusterError(`deploy/README.md has no "${begins}" under "${heading}"`);
  return found;
}

function sectionOf(heading: string): string {
  const text = readFileSync(join(ROOT, 'deploy/README.md'), 'utf8');
  return text.split(/^## /m).find((each) => each.startsWith(heading)) ?? '';
}
