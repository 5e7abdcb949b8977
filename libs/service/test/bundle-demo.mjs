// Bundles a service from source: node bundle-demo.mjs <output directory> [demo-main.ts]
import { rolldown } from 'rolldown';

const bundle = await rolldown({
  input: new URL(process.argv[3] ?? 'demo-main.ts', import.meta.url).pathname,
  platform: 'node',
  tsconfig: false,
  resolve: { conditionNames: ['@kiban/source', 'node', 'import', 'default'] },
  transform: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  onLog: () => {}, // packages that Nest loads only for transports we do not use
});
await bundle.write({ dir: process.argv[2], entryFileNames: 'main.mjs', format: 'esm', keepNames: true });
await bundle.close();
