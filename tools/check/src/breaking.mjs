// Compares proto/ with an earlier state: buf breaking, offline. Imports live in node_modules, so the earlier state is
// laid out in a folder beside them and built there.
//   node tools/check/src/breaking.mjs [--base <commit>]
// The base is --base, else the last tag v*, else main when another branch is checked out, else the commit before.
// An intended break is allowed by a line `Breaking-Change: <why>` in the body of a commit since the base.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import '../../proto/third-party.mjs';

const git = (...args) => execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
const attempt = (...args) => {
  try {
    return git(...args);
  } catch {
    return '';
  }
};

/** What buf exits with when it found incompatible changes: https://buf.build/docs/reference/cli/buf/breaking/ */
const BREAKS = 100;
const base = chosenBase();
if (!base) {
  console.log('breaking: no earlier commit to compare with');
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), 'kiban-breaking-'));
try {
  const image = layOut(base, folder);
  const problems = image ? compare(image) : '';
  report(base, problems);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function chosenBase() {
  const flag = process.argv.indexOf('--base');
  if (flag > 0) return git('rev-parse', process.argv[flag + 1]);
  const tag = attempt('describe', '--tags', '--abbrev=0', '--match', 'v*', 'HEAD');
  if (tag) return tag;
  const main = attempt('merge-base', 'HEAD', 'main');
  if (main && main !== git('rev-parse', 'HEAD')) return main;
  return attempt('rev-parse', 'HEAD^');
}

/** An image of the base's protos, or undefined when the base has none. */
function layOut(commit, root) {
  if (!attempt('ls-tree', commit, 'proto')) return undefined;
  const archive = execFileSync('git', ['archive', commit, 'proto', 'buf.yaml'], { maxBuffer: 1 << 28 });
  execFileSync('tar', ['-x', '-C', root], { input: archive });
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  if (existsSync('.third')) cpSync('.third', join(root, '.third'), { recursive: true });
  else mkdirSync(join(root, '.third'));
  const image = join(root, 'base.binpb');
  execFileSync('buf', ['build', 'proto', '-o', image], { cwd: root, stdio: 'inherit' });
  return image;
}

function compare(image) {
  try {
    execFileSync('buf', ['breaking', 'proto', '--exclude-imports', '--against', image], { encoding: 'utf8' });
    return '';
  } catch (error) {
    if (error.status === BREAKS) return error.stdout;
    throw error; // buf could not compare at all
  }
}

function report(commit, problems) {
  const name = `${commit}`.slice(0, 12);
  if (!problems) {
    console.log(`breaking: proto/ is compatible with ${name}`);
    return;
  }
  const reasons = git('log', '--format=%B', `${commit}..HEAD`).match(/^Breaking-Change: .+$/gm);
  console.error(problems.trim());
  if (reasons) {
    console.log(`breaking: allowed since ${name} by\n${reasons.map((line) => `  ${line}`).join('\n')}`);
    return;
  }
  console.error(
    `breaking: callers of ${name} would fail. Keep the old field or method beside the new one, or, when nobody can ` +
      'depend on it, say why in a commit body: Breaking-Change: <why>',
  );
  process.exitCode = 1;
}
