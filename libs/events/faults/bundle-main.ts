// node bundle-main.ts <input> <output>: one file out of a process of the harness.
import { rolldown } from 'rolldown';

const [input = '', file = ''] = process.argv.slice(2);
const bundle = await rolldown({
  input,
  platform: 'node',
  tsconfig: false,
  resolve: { conditionNames: ['@kiban/source', 'node'] },
  external: ['pg-native', /^@nestjs/, '@google-cloud/pubsub', 'google-auth-library'],
  onLog: () => undefined,
});
await bundle.write({ file, format: 'esm', codeSplitting: false, minify: true });
await bundle.close();
