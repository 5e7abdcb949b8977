// Shared by every project's jest.config.mjs. TypeScript runs from source (condition @kiban/source): no build first.
//
// Suites in test/needs-<program> need what npm does not bring: `npm run test:needs -- <program>` runs those; all else
// leaves them out.
const program = process.env.KIBAN_TEST_NEEDS;

export default {
  testEnvironment: 'node',
  // Real servers start in the first test; machines are shared. No test asserts how long something takes.
  testTimeout: 30_000,
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironmentOptions: { customExportConditions: ['@kiban/source', 'node', 'node-addons'] },
  testMatch: [`<rootDir>/${program ? `test/needs-${program}` : '{src,test}'}/**/*.spec.ts`],
  testPathIgnorePatterns: ['/node_modules/', ...(program ? [] : ['/test/needs-'])],
  coverageProvider: 'v8',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};
