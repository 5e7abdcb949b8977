// What the commands of this folder share: flags, rows, random numbers and the committed table.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './emulator-process.mjs';

/**
 * Reads --json, --write, --help and the numbers named in `standards`; exits 2 with the usage when it cannot.
 * @returns {Record<string, any>}
 */
export function readFlags(usage, standards = {}, switches = []) {
  const options = { json: { type: 'boolean' }, write: { type: 'boolean' }, help: { type: 'boolean' } };
  for (const name of Object.keys(standards)) options[name] = { type: 'string' };
  for (const name of switches) options[name] = { type: 'boolean' };
  try {
    const { values } = parseArgs({ options });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    for (const [name, standard] of Object.entries(standards)) {
      const value = Number(values[name] ?? standard);
      if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} must be a number, not negative`);
      values[name] = value;
    }
    return values;
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
}

/** mulberry32: repeatable randomness in [0, 1) from a seed. */
export function random(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Collects rows; each is printed as it comes, as JSON on stdout with --json. */
export function table(json) {
  const rows = [];
  const row = (what, value, target = '') => {
    rows.push({ what, value, target });
    if (json) console.log(JSON.stringify({ what, value, target }));
    else console.log(`${what}: ${value}${target === '' ? '' : ` (${target})`}`);
  };
  const markdown = (heads) =>
    [`| ${heads.join(' | ')} |`, '|---|---|---|', ...rows.map((each) => `| ${Object.values(each).join(' | ')} |`)].join(
      '\n',
    );
  return { rows, row, markdown };
}

/** Says on stderr how far it is, so that it never looks hung. */
export const progress = (text) => console.error(`… ${text}`);

export function writeResult(name, text) {
  const file = join(root, 'docs/results', `${name}.md`);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  progress(`wrote docs/results/${name}.md`);
}
