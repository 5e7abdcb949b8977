import type { JsonObject, JsonValue } from '@bufbuild/protobuf';

/** One line of transcoding.json; its README says what each field means. */
export interface Case {
  readonly id: string;
  readonly kind?: 'config';
  readonly template?: string;
  readonly http_rule?: string | null;
  readonly tags?: readonly string[];
  readonly services?: readonly string[];
  readonly profile?: 'transcoder' | 'espv2' | 'strict';
  readonly options?: JsonObject;
  readonly request?: CaseRequest;
  readonly backend?: CaseBackend;
  readonly expect: Expectation;
}

export interface CaseRequest {
  readonly method: string;
  readonly path?: string;
  readonly path_repeat?: { prefix: string; repeat: string; times: number; suffix: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly body_base64?: string;
  readonly body_chunks?: readonly string[];
}

export interface CaseBackend {
  readonly responses?: readonly JsonValue[];
  readonly response_type?: string;
  readonly echo?: boolean;
  readonly echo_field?: string;
  readonly status?: { code: number; message?: string; details?: JsonValue[]; details_unknown_type?: string };
  readonly initial_metadata?: Readonly<Record<string, string>>;
  readonly down?: boolean;
  readonly hang?: boolean;
}

export interface Expectation {
  readonly config?: 'accept' | 'reject';
  readonly segments?: readonly string[];
  readonly verb?: string;
  readonly variables?: readonly (readonly [string, number, number])[];
  readonly rpc?: string;
  readonly grpc_messages?: readonly JsonValue[];
  readonly grpc_first_message?: JsonValue;
  readonly grpc_data_concat?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly headers_present?: readonly string[];
  readonly headers_absent?: readonly string[];
  readonly json_body?: JsonValue;
  readonly json_contains?: JsonObject;
  readonly body?: string;
  readonly error_contains?: string;
  readonly message_contains?: string;
  readonly upstream_headers?: Readonly<Record<string, string>>;
  readonly upstream_headers_present?: readonly string[];
  readonly outcome?: 'no-match' | 'passthrough' | 'reject' | 'local';
  readonly pubsub?: 'ack' | 'redeliver';
}

/** The path exactly as it goes over the socket. */
export function pathOf({ path, path_repeat: repeat }: CaseRequest): string {
  if (repeat) return repeat.prefix + repeat.repeat.repeat(repeat.times) + repeat.suffix;
  return path ?? '/';
}
