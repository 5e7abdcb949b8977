// Source files stay one concept each: none above 500 lines, nine in ten at most 300, half of them at most 110.
//   node tools/check/src/file-sizes.mjs
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const MAX = 500;
const P90 = 300;
const MEDIAN = 110;

const sizes = execFileSync('git', ['ls-files', '*.ts', '*.mjs', '*.js'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file && !/(^|\/)(gen|rendered|node_modules)\//.test(file) && existsSync(file))
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
  .sort((a, b) => a.lines - b.lines);
const quantile = (q) => sizes[Math.floor((sizes.length - 1) * q)]?.lines ?? 0;

const problems = sizes
  .filter(({ lines }) => lines > MAX)
  .map(({ file, lines }) => `${file}: ${lines} lines, at most ${MAX}`);
if (quantile(0.9) > P90) problems.push(`nine in ten files have up to ${quantile(0.9)} lines, at most ${P90}`);
if (quantile(0.5) > MEDIAN) problems.push(`half of the files have up to ${quantile(0.5)} lines, at most ${MEDIAN}`);
if (problems.length) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(
  `file sizes: ${sizes.length} files, median ${quantile(0.5)}, p90 ${quantile(0.9)}, max ${sizes.at(-1)?.lines ?? 0} lines`,
);
