import type { Result } from './run-cases.ts';

export interface Group {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly deviations: number;
}

/** Results by the first word of the id. */
export function groups(results: readonly Result[]): Group[] {
  const byName = Map.groupBy(results, ({ id }) => id.split('-')[0] ?? id);
  return [...byName].map(([name, members]) => ({
    name,
    passed: members.filter(({ problems }) => problems.length === 0).length,
    failed: members.filter(({ problems }) => problems.length > 0).length,
    deviations: members.filter(({ deviation }) => deviation !== undefined).length,
  }));
}

/** The result as a page of docs/results. */
export function markdown(results: readonly Result[]): string {
  const rows = groups(results).map(({ name, passed, failed }) => `| ${name} | ${passed} | ${failed} |`);
  const failed = results.filter(({ problems }) => problems.length > 0);
  const deviations = results.filter(({ deviation }) => deviation !== undefined);
  return `# Transcoding conformance
Made by \`npm run conformance -- <folder> --table docs/results/conformance.md\`: every case over a real socket against a fake gRPC backend.

| group | passed | failed |
|---|---|---|
${rows.join('\n')}
| all | ${results.length - failed.length} | ${failed.length} |

## Stated deviations
| case | what differs, and why |
|---|---|
${deviations.map(({ id, deviation }) => `| ${id} | ${deviation} |`).join('\n') || '| none | |'}
${failed.length ? `\n## Failed\n${failed.map(({ id, problems }) => `- ${id}: ${problems.join('; ')}`).join('\n')}\n` : ''}`;
}
