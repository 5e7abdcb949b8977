import type { IncomingMessage } from 'node:http';
import type { TranscodingOptions } from '../options.ts';
import { RequestError } from '../rules/request-error.ts';

/** Cross-origin answers as ESPv2 gives them. */
export class Cors {
  private readonly options: TranscodingOptions;
  private readonly maxAge: string;

  constructor(options: TranscodingOptions) {
    this.options = options;
    this.maxAge = String(secondsOf(options.corsMaxAge));
  }

  /** Headers of an answer to this request; undefined when it comes from no or another origin. */
  headers(request: IncomingMessage): Record<string, string> | undefined {
    const origin = request.headers.origin;
    if (!origin || !this.allows(origin)) return undefined;
    return {
      'access-control-allow-origin': origin,
      ...(this.options.corsAllowCredentials && { 'access-control-allow-credentials': 'true' }),
      ...(this.options.corsExposeHeaders && { 'access-control-expose-headers': this.options.corsExposeHeaders }),
    };
  }

  /**
   * Headers of the answer to a preflight.
   * @throws RequestError 400 when it is none or comes from another origin
   */
  preflight(request: IncomingMessage): Record<string, string> {
    if (!this.isPreflight(request)) {
      throw new RequestError(
        400,
        'The CORS preflight request is missing one (or more) of the following required headers ' +
          '[Origin, Access-Control-Request-Method] or has an unmatched Origin header.',
      );
    }
    return {
      ...this.headers(request),
      'access-control-allow-methods': this.options.corsAllowMethods,
      'access-control-allow-headers': this.options.corsAllowHeaders,
      'access-control-max-age': this.maxAge,
    };
  }

  /** Whether an OPTIONS request is a preflight from an allowed origin. */
  isPreflight({ headers }: IncomingMessage): boolean {
    return Boolean(headers.origin && headers['access-control-request-method'] && this.allows(headers.origin));
  }

  private allows(origin: string): boolean {
    const allowed = this.options.corsAllowOrigin;
    if (this.options.corsPreset === 'cors_with_regex') return new RegExp(`^(?:${allowed})$`).test(origin);
    return allowed === '*' || allowed === origin;
  }
}

/** Seconds of a duration written as `480h` or `1h30m`. */
export function secondsOf(duration: string): number {
  const units: Record<string, number> = { h: 3600, m: 60, s: 1 };
  let seconds = 0;
  for (const [, amount, unit] of duration.matchAll(/(\d+)([hms])/g))
    seconds += Number(amount) * (units[unit ?? ''] ?? 0);
  return seconds;
}
