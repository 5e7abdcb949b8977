import { cpus, release } from 'node:os';
import type { Check } from './check.ts';
import { GATEWAY_API, KUBERNETES } from './build/programs.ts';

/** docs/results/cluster.md. `notes` say what was not run, and why. */
export function resultTable(checks: readonly Check[], level: number, notes: string): string {
  const rows = checks.map(
    ({ level: of, what, ok, figure }) => `| ${of} | ${what} | ${ok ? 'yes' : '**no**'} | ${figure} |`,
  );
  return `# On a real Kubernetes
Made by \`npm run verify:cluster -- --level ${level} --write\`: Kubernetes ${KUBERNETES} and etcd built from their Go modules,
Gateway API ${GATEWAY_API.version}, on ${cpus().length} cores, Linux ${release().split('-')[0]}. No GKE: its controllers, its edge and its
storage were not run, and its kinds were checked against schemas written from their documentation.

| level | what | holds | figure |
|---|---|---|---|
${rows.join('\n')}

${notes.trim()}
`;
}
