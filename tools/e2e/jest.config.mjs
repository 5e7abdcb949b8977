import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  rootDir: import.meta.dirname,
  displayName: 'e2e',
  globalSetup: '<rootDir>/src/start-platform.mjs',
  globalTeardown: '<rootDir>/src/stop-platform.mjs',
  testTimeout: 30_000,
};
