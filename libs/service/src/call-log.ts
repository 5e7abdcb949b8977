import { type CallObserver, Code } from '@kiban/grpc';
import type { Logger } from './logger.ts';

/** Defects of ours, which somebody has to look at. */
const DEFECTS: ReadonlySet<Code> = new Set([Code.INTERNAL, Code.UNKNOWN, Code.DATA_LOSS]);
/** Trouble of the moment, which an alert looks at. */
const TROUBLE: ReadonlySet<Code> = new Set([Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED, Code.RESOURCE_EXHAUSTED]);

/** A line for each call: defects as errors with their cause, trouble as warnings, the rest for debugging only. */
export function callLog(logger: Logger): CallObserver {
  let refused = 0;
  return {
    refused() {
      // Said once a second, not for each: writing lines would take the time that answering needs.
      if (refused++ > 0) return;
      setTimeout(() => {
        logger.warn({ refused }, `overloaded: ${refused} calls refused within a second`);
        refused = 0;
      }, 1000).unref();
    },
    start(context) {
      const began = performance.now();
      return {
        end(code, error) {
          const level = DEFECTS.has(code) ? 'error' : TROUBLE.has(code) ? 'warn' : 'debug';
          if (!logger.isLevelEnabled(level)) return;
          const { method, requestId, principal } = context;
          const fields = {
            method,
            requestId,
            code: Code[code],
            durationMs: Math.round((performance.now() - began) * 10) / 10,
            ...(principal && { caller: principal.subject }),
            ...(error && { reason: error.reason, ...error.metadata }),
            ...(error?.cause !== undefined && { err: error.cause }),
          };
          logger[level](fields, error ? `${method} failed: ${error.message}` : `${method} answered`);
        },
      };
    },
  };
}
