// npm run policies [-- file.yaml...]: holds rendered manifests against schemas and rules; without files, all of
// deploy/rendered. --rules lists the rules. Exits 1 when one is broken.
import { parseArgs } from 'node:util';
import { relative } from 'node:path';
import { judge } from './judge.ts';
import { readOverlay, renderedFiles, ROOT } from './load.ts';
import { allRules } from './rules/index.ts';
import { loadConfigurations } from './services/definitions.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rules: { type: 'boolean' }, json: { type: 'boolean' } },
});
const rules = allRules(await loadConfigurations());
if (values.rules) {
  for (const { name, why } of rules) console.log(`${name.padEnd(17)} ${why}`);
} else {
  const started = performance.now();
  const files = positionals.length ? positionals : renderedFiles();
  const results = [];
  for (const file of files) {
    const overlay = readOverlay(file);
    const findings = await judge(overlay, rules);
    results.push({ file: relative(ROOT, file), objects: overlay.resources.length, findings });
  }
  const count = results.reduce((sum, { findings }) => sum + findings.length, 0);
  if (values.json) console.log(JSON.stringify(results, null, 2));
  else {
    for (const { file, findings } of results) {
      for (const { rule, problem } of findings) console.error(`${file} [${rule}] ${problem}`);
    }
    const objects = results.reduce((sum, { objects: each }) => sum + each, 0);
    console.log(
      `${objects} objects in ${files.length} files, ${rules.length} rules and the schemas of their kinds: ` +
        `${count || 'no'} problem${count === 1 ? '' : 's'} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
  }
  process.exitCode = count ? 1 : 0;
}
