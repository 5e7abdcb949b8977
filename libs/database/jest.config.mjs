import preset from '../../jest.preset.mjs';

export default { ...preset, rootDir: import.meta.dirname, displayName: 'database', testTimeout: 30_000 };
