import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** The proto files of Google that an npm package ships. */
const GOOGLE = join(import.meta.dirname, '../../../node_modules/google-gax/build/protos/google');
const GOOGLE_APIS = ['api', 'cloud', 'iam', 'logging', 'longrunning', 'monitoring', 'rpc', 'type'];

/** Compiles a folder of .proto files that import google/api, google/rpc and google/protobuf. Offline. */
export function compileProtos(folder: string): FileDescriptorSet {
  return build((root) => {
    cpSync(folder, root, { recursive: true });
    for (const name of ['api', 'rpc']) {
      cpSync(join(GOOGLE, name), join(root, 'google', name), {
        recursive: true,
        // Subfolders import more than the two.
        filter: (source) => source.endsWith(`/${name}`) || source.endsWith('.proto'),
      });
    }
  });
}

/** Compiles the APIs of Google that are at hand: monitoring, quotas, service management and what they import. Offline. */
export function compileGoogleApis(): FileDescriptorSet {
  return build((root) => {
    for (const name of GOOGLE_APIS) cpSync(join(GOOGLE, name), join(root, 'google', name), { recursive: true });
  });
}

function build(fill: (root: string) => void): FileDescriptorSet {
  const work = mkdtempSync(join(tmpdir(), 'protos-'));
  try {
    fill(join(work, 'proto'));
    execFileSync('chmod', ['-R', 'u+w', work]);
    writeFileSync(join(work, 'buf.yaml'), 'version: v2\nmodules:\n  - path: proto\n');
    const out = join(work, 'set.binpb');
    execFileSync('buf', ['build', work, '--as-file-descriptor-set', '--exclude-source-info', '-o', out], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return fromBinary(FileDescriptorSetSchema, readFileSync(out));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
