import preset from '../../jest.preset.mjs';

// Its replicas live on 127.0.0.2 and on, which only Linux has without asking.
const elsewhere = process.platform === 'linux' ? [] : ['/test/rollout\\.spec'];

export default {
  ...preset,
  rootDir: import.meta.dirname,
  displayName: 'grpc',
  testPathIgnorePatterns: [...preset.testPathIgnorePatterns, ...elsewhere],
};
