import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** The proto files of Google that an npm package ships. */
const GOOGLE = join(import.meta.dirname, '../../../node_modules/google-gax/build/protos/google');

/** Compiles a folder of .proto files that import google/api, google/rpc and google/protobuf. Offline. */
export function compileProtos(folder: string): FileDescriptorSet {
  const work = mkdtempSync(join(tmpdir(), 'protos-'));
  try {
    cpSync(folder, join(work, 'proto'), { recursive: true });
    for (const name of ['api', 'rpc']) {
      cpSync(join(GOOGLE, name), join(work, 'proto/google', name), {
        recursive: true,
        // Subfolders import more than the two.
        filter: (source) => source.endsWith(`/${name}`) || source.endsWith('.proto'),
      });
    }
    execFileSync('chmod', ['-R', 'u+w', work]);
    writeFileSync(join(work, 'buf.yaml'), 'version: v2\nmodules:\n  - path: proto\n');
    const out = join(work, 'set.binpb');
    execFileSync('buf', ['build', work, '--as-file-descriptor-set', '-o', out], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return fromBinary(FileDescriptorSetSchema, readFileSync(out));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
