import preset from '../../jest.preset.mjs';

// forceExit: a failed test leaves its server open, and the run must end anyway.
export default { ...preset, rootDir: import.meta.dirname, displayName: 'pubsub-emulator', forceExit: true };
