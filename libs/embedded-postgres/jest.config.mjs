import preset from '../../jest.preset.mjs';

export default { ...preset, rootDir: import.meta.dirname, displayName: 'embedded-postgres', testTimeout: 30_000 };
