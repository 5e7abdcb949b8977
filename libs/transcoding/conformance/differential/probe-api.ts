import { join } from 'node:path';
import { createFileRegistry, type FileRegistry } from '@bufbuild/protobuf';
import type { FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import { compileProtos } from '../compile-protos.ts';

export const PROBE_SERVICE = 'kiban.probe.v1.Probe';

/** An API with every kind of field and rule, made for comparing gateways. */
export interface ProbeApi {
  readonly descriptorSet: FileDescriptorSet;
  readonly registry: FileRegistry;
}

export function probeApi(): ProbeApi {
  const descriptorSet = compileProtos(join(import.meta.dirname, '../protos'));
  return { descriptorSet, registry: createFileRegistry(descriptorSet) };
}

/** One way to configure the filter: its options, by their upstream names. */
export interface Setup {
  readonly name: string;
  readonly options: Readonly<Record<string, boolean | string | number | readonly string[]>>;
}

/** What is compared: the defaults, what ESPv2 sets, and the options that change how requests or answers are read. */
export const SETUPS: readonly Setup[] = [
  { name: 'defaults', options: {} },
  {
    name: 'as ESPv2 sets it',
    options: {
      auto_mapping: true,
      convert_grpc_status: true,
      query_param_unescape_plus: true,
      ignored_query_parameters: ['access_token', 'api_key', 'key'],
    },
  },
  {
    name: 'ignoring',
    options: { convert_grpc_status: true, ignore_unknown_query_parameters: true, case_insensitive_enum_parsing: true },
  },
  {
    name: 'rejecting',
    options: {
      convert_grpc_status: true,
      reject_unknown_method: true,
      reject_unknown_query_parameters: true,
      reject_binding_body_field_collisions: true,
    },
  },
  {
    name: 'printing all',
    options: {
      convert_grpc_status: true,
      ignore_unknown_query_parameters: true,
      always_print_primitive_fields: true,
      always_print_enums_as_ints: true,
      preserve_proto_field_names: true,
      match_unregistered_custom_verb: true,
    },
  },
  {
    name: 'lines, except slash',
    options: {
      stream_newline_delimited: true,
      convert_grpc_status: true,
      url_unescape_spec: 'ALL_CHARACTERS_EXCEPT_SLASH',
      ignore_unknown_query_parameters: true,
    },
  },
  {
    name: 'events, all characters',
    options: {
      stream_sse_style_delimited: true,
      convert_grpc_status: true,
      url_unescape_spec: 'ALL_CHARACTERS',
      ignore_unknown_query_parameters: true,
    },
  },
];
