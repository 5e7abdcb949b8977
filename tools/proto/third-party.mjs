// Writes the .proto files that buf imports and no npm package ships, to .third/ (never committed).
// Run alone: node tools/proto/third-party.mjs
import { mkdirSync, writeFileSync } from 'node:fs';
import { file_buf_validate_validate } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { printProto } from './print-proto.mjs';

mkdirSync('.third/buf/validate', { recursive: true });
writeFileSync('.third/buf/validate/validate.proto', printProto(file_buf_validate_validate.proto));
