import type { Chooser } from '../fuzz-requests.ts';

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

/** Any mix of the options. */
export function randomSetup(choose: Chooser): Setup {
  const options: Record<string, boolean | string | number | readonly string[]> = {
    convert_grpc_status: choose.chance(0.7),
    ignore_unknown_query_parameters: choose.chance(0.5),
    url_unescape_spec: choose.of(['ALL_CHARACTERS_EXCEPT_RESERVED', 'ALL_CHARACTERS_EXCEPT_SLASH', 'ALL_CHARACTERS']),
    ignored_query_parameters: choose.of([[], ['key', 'name', 'nope']]),
  };
  for (const name of SWITCHES) options[name] = choose.chance(0.3);
  if (choose.chance(0.3)) options['max_request_body_size'] = 2_000;
  if (choose.chance(0.3)) options['max_response_body_size'] = 2_000;
  return { name: 'by chance', options };
}

const SWITCHES = [
  'auto_mapping',
  'query_param_unescape_plus',
  'match_unregistered_custom_verb',
  'case_insensitive_enum_parsing',
  'reject_unknown_method',
  'reject_unknown_query_parameters',
  'reject_binding_body_field_collisions',
  'always_print_primitive_fields',
  'always_print_enums_as_ints',
  'preserve_proto_field_names',
  'stream_newline_delimited',
  'stream_sse_style_delimited',
];
