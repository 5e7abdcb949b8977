// Every rpc says who may call it: asks the compiled controllers of all apps. Prints each that does not and exits 1.
//   node tools/check/src/allow.mjs      after `npm run build`
// A service without a rule does not start either; this says so before anything starts, and of all services at once.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { withoutAllow } from '@kiban/service';

const SERVES = /^@GrpcService\(/m;
const problems = [];
let controllers = 0;

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'apps/*/src/*.ts'], {
  encoding: 'utf8',
}).split('\n');
for (const file of files) {
  if (!file || file.endsWith('.spec.ts') || !existsSync(file) || !SERVES.test(readFileSync(file, 'utf8'))) continue;
  const compiled = file.replace('/src/', '/dist/').replace(/\.ts$/, '.js');
  const exports = Object.values(await import(pathToFileURL(compiled).href));
  const types = exports.filter((each) => typeof each === 'function');
  if (types.length === 0) problems.push(`${file}: its controller is not exported, so nobody can look at its rules`);
  for (const type of types) {
    controllers++;
    for (const handler of withoutAllow(type)) {
      problems.push(`${file}: ${handler} needs @Allow('public' | 'authenticated' | 'service' | { role } | { self })`);
    }
  }
}
if (controllers === 0) problems.push('no controller with @GrpcService was found in apps/*/src');
if (problems.length) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`allow: every rpc of ${controllers} controllers says who may call it`);
