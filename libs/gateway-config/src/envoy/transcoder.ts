import type { FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import { DEFAULT_OPTIONS, ESPV2_OPTIONS } from '@kiban/transcoding';
import type { GatewayPolicy } from '../policy.ts';
import { bareDescriptorSet } from '../strip-source-info.ts';
import { withDefaultBindings } from './default-bindings.ts';

/** Envoy's grpc_json_transcoder with every option of the policy. */
export function transcoder(descriptorSet: FileDescriptorSet, policy: GatewayPolicy): Record<string, unknown> {
  const options = { ...DEFAULT_OPTIONS, ...ESPV2_OPTIONS, ...policy.options };
  const api = options.defaultBinding ? withDefaultBindings(descriptorSet, policy.services) : descriptorSet;
  return {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder',
    proto_descriptor_bin: Buffer.from(bareDescriptorSet(api)).toString('base64'),
    services: [...policy.services],
    auto_mapping: options.autoMapping,
    convert_grpc_status: options.convertGrpcStatus,
    ignored_query_parameters: options.ignoredQueryParameters,
    ignore_unknown_query_parameters: options.ignoreUnknownQueryParameters,
    query_param_unescape_plus: options.queryParamUnescapePlus,
    match_unregistered_custom_verb: options.matchUnregisteredCustomVerb,
    case_insensitive_enum_parsing: options.caseInsensitiveEnumParsing,
    url_unescape_spec: options.urlUnescapeSpec,
    ...(options.maxRequestBodySize && { max_request_body_size: options.maxRequestBodySize }),
    ...(options.maxResponseBodySize && { max_response_body_size: options.maxResponseBodySize }),
    print_options: {
      always_print_primitive_fields: options.alwaysPrintPrimitiveFields,
      always_print_enums_as_ints: options.alwaysPrintEnumsAsInts,
      preserve_proto_field_names: options.preserveProtoFieldNames,
      stream_newline_delimited: options.streamNewlineDelimited,
      stream_sse_style_delimited: options.streamSseStyleDelimited,
    },
    request_validation_options: {
      reject_unknown_method: true,
      reject_unknown_query_parameters: options.rejectUnknownQueryParameters,
      reject_binding_body_field_collisions: options.rejectBindingBodyFieldCollisions,
    },
  };
}
