import { type ChannelOptions, experimental } from '@grpc/grpc-js';

/** Scheme of targets whose name is looked up again and again: `kiban-dns:///content:50051`. */
export const POLLED_DNS = 'kiban-dns';
/** The channel option that says how often, in ms; it limits grpc-js's own lookups as well. */
const INTERVAL = 'grpc.dns_min_time_between_resolutions_ms';

/**
 * The DNS resolver of grpc-js, asked at intervals. grpc-js looks a name up again only when a connection ends, so a
 * replica that was added got nothing until then: up to two minutes, the age that our servers give to connections.
 */
class PollingResolver implements experimental.Resolver {
  readonly #dns: experimental.Resolver;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  /** The channel wants an answer, also one that it knows. */
  #asked = false;
  #known = '';

  constructor(target: experimental.GrpcUri, listener: experimental.ResolverListener, options: ChannelOptions) {
    this.#intervalMs = options[INTERVAL] ?? 30_000;
    const tell: experimental.ResolverListener = (endpoints, ...rest) => {
      const found = endpoints.ok
        ? endpoints.value
            .map((endpoint) => JSON.stringify(endpoint))
            .toSorted()
            .join()
        : '';
      // An answer that says nothing new would make round_robin begin anew, a failed one would end what works.
      if (!this.#asked && (found === '' || found === this.#known)) return true;
      this.#asked = false;
      this.#known = found;
      return listener(endpoints, ...rest);
    };
    this.#dns = experimental.createResolver({ ...target, scheme: 'dns' }, tell, options);
  }

  updateResolution(): void {
    this.#asked = true;
    this.#dns.updateResolution();
    this.#timer ??= setInterval(() => this.#dns.updateResolution(), this.#intervalMs).unref();
  }

  destroy(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#dns.destroy();
  }

  static getDefaultAuthority({ path }: experimental.GrpcUri): string {
    return path;
  }
}

experimental.registerResolver(POLLED_DNS, PollingResolver);
