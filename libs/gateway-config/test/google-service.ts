import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileRegistry, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** Google's own protos, which an npm package ships. */
const GOOGLE = join(import.meta.dirname, '../../../node_modules/google-gax/build/protos/google');
const ROOT = `syntax = "proto3";
package probe;
import "google/api/service.proto";
import "google/api/servicemanagement/v1/resources.proto";
message Probe {
  google.api.Service service = 1;
  google.api.servicemanagement.v1.ConfigFile file = 2;
}
`;

/** The real google.api.Service with every message that it can hold. */
export function googleService(): FileRegistry {
  const work = mkdtempSync(join(tmpdir(), 'google-service-'));
  try {
    mkdirSync(join(work, 'proto'));
    cpSync(GOOGLE, join(work, 'proto/google'), { recursive: true });
    execFileSync('chmod', ['-R', 'u+w', work]);
    rmSync(join(work, 'proto/google/protobuf'), { recursive: true, force: true });
    writeFileSync(join(work, 'proto/probe.proto'), ROOT);
    writeFileSync(join(work, 'buf.yaml'), 'version: v2\nmodules:\n  - path: proto\n');
    const out = join(work, 'set.binpb');
    const args = ['build', work, '--path', join(work, 'proto/probe.proto'), '--as-file-descriptor-set', '-o', out];
    execFileSync('buf', args, { stdio: ['ignore', 'inherit', 'inherit'] });
    return createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(out)));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
