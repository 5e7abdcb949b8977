const SUMMARY = /^\s*Tests:\s+(.*)$/gm;
// Jest colours its summary when a terminal is forced; ESC is written as a code so that no control byte stands here.
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** Adds up the summaries that test runners printed: lines `Tests: 1 failed, 2 passed, 3 total`. */
export function countTests(output) {
  const totals = { passed: 0, failed: 0 };
  for (const [, summary] of output.replace(COLOUR, '').matchAll(SUMMARY)) {
    totals.passed += Number(summary.match(/(\d+) passed/)?.[1] ?? 0);
    totals.failed += Number(summary.match(/(\d+) failed/)?.[1] ?? 0);
  }
  return totals;
}
