import type { DescMethod, DescService } from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel as Idempotency } from '@bufbuild/protobuf/wkt';
import type { ChannelOptions } from '@grpc/grpc-js';
import { POLLED_DNS } from './polling-resolver.ts';

/** `content:50051` as a target: every address of the name is used, and the name is looked up again every 5 s. */
export function target(address: string): string {
  if (/^dns:\/\//i.test(address)) return `${POLLED_DNS}${address.slice('dns'.length)}`;
  return /^[a-z][\w+.-]*:(\/|@)/i.test(address) || address.startsWith('unix:')
    ? address
    : `${POLLED_DNS}:///${address}`;
}

/** How every client of ours talks: balanced over all replicas, quick to reconnect, retrying what may be repeated. */
export function channelOptions(service: DescService): ChannelOptions {
  return {
    'grpc.service_config': JSON.stringify(serviceConfig(service)),
    'grpc.service_config_disable_resolution': 1, // ours counts, not one found in DNS TXT records
    'grpc.dns_min_time_between_resolutions_ms': 5_000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 3_000,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.max_receive_message_length': 16 * 1024 * 1024,
    'grpc.enable_channelz': 0, // counts every message for a debugging service that nobody serves
  };
}

/** https://github.com/grpc/grpc/blob/master/doc/service_config.md */
function serviceConfig(service: DescService): object {
  const name = service.methods
    .filter(isIdempotent)
    .map((method) => ({ service: service.typeName, method: method.name }));
  return {
    loadBalancingConfig: [{ round_robin: {} }],
    ...(name.length > 0 && { methodConfig: [{ name, retryPolicy: RETRY_POLICY }] }),
    // A budget: when more than every tenth call fails, retries stop, so they cannot double an outage.
    retryThrottling: { maxTokens: 100, tokenRatio: 0.1 },
  };
}

const RETRY_POLICY = {
  maxAttempts: 4,
  initialBackoff: '0.05s',
  maxBackoff: '1s',
  backoffMultiplier: 3,
  retryableStatusCodes: ['UNAVAILABLE'],
};

/** Whether the proto says so: `option idempotency_level = NO_SIDE_EFFECTS` or `IDEMPOTENT`. */
function isIdempotent(method: DescMethod): boolean {
  return method.idempotency !== Idempotency.IDEMPOTENCY_UNKNOWN;
}
