import preset from '../../jest.preset.mjs';

export default { ...preset, rootDir: import.meta.dirname, displayName: 'testing', testTimeout: 30_000 };
