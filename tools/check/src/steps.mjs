// The steps of the check, in order. `command` runs in a shell at the root; npm puts the pinned Node first on PATH.

/**
 * name: what `npm run check -- <name>` takes; tests: its output holds Jest summaries to add up; long: only with --long or
 * by name.
 */
export const STEPS = [
  { name: 'lockfile', command: 'node tools/check/src/complete-lockfile.mjs --check' },
  { name: 'generate', command: 'node tools/proto/generate.mjs --check' },
  { name: 'buf-lint', command: 'buf lint && buf format -d --exit-code proto' },
  { name: 'buf-breaking', command: 'node tools/check/src/breaking.mjs' },
  { name: 'format', command: 'biome format .' },
  { name: 'boundaries', command: 'node tools/check/src/boundaries.mjs' },
  { name: 'file-sizes', command: 'node tools/check/src/file-sizes.mjs' },
  { name: 'typecheck', command: 'nx run-many -t typecheck --output-style=static' },
  { name: 'allow', command: 'nx run kiban:compile --output-style=static && node tools/check/src/allow.mjs' },
  // After typecheck: lint reads the types of other projects from what it compiled.
  { name: 'lint', command: 'oxlint --type-aware --quiet' },
  { name: 'bundle', command: 'nx run-many -t bundle --output-style=static' },
  // After typecheck: the rules ask the compiled services whether they could start with what their pods will get.
  {
    name: 'deploy',
    command:
      'nx run kiban:compile --output-style=static && node --conditions=@kiban/source tools/deploy/src/main.ts stale && node deploy/policies/src/main.ts',
  },
  { name: 'test', command: 'nx run-many -t test --parallel=2 --output-style=static', tests: true },
  // The repo's own cases run with the tests; a folder of further cases runs where there is one.
  {
    name: 'conformance',
    command:
      'if [ -d ../shared/corpus ]; then npm run --silent conformance -- ../shared/corpus; else echo "no further cases"; fi',
  },
  { name: 'e2e', command: 'npm run --silent e2e -w tools/e2e', tests: true },
  { name: 'browser', command: 'npm run --silent test:browser' },
  {
    name: 'fuzz',
    long: true,
    command:
      'for mode in espv2 strict transcoder; do npm run --silent fuzz -- gateway --seconds 120 --mode $mode || exit 1; done',
  },
  {
    name: 'differential',
    long: true,
    command:
      'if ${ENVOY:-envoy} --version > /dev/null 2>&1; then npm run --silent conformance -- --differential envoy; else echo "no Envoy on PATH"; fi',
  },
  { name: 'docs', command: 'node tools/check/src/docs.mjs', tests: true },
];
