import type { CallContext } from '@kiban/grpc';

/** Roles whose work comes in bulk: imports and editors are not limited. */
const UNLIMITED = new Set(['ingest', 'editor', 'admin']);

/** Whom a call counts for: the user of a verified token, else the address; undefined when it is not limited. */
export function callerKey(call: CallContext): string | undefined {
  if (call.principal) {
    return call.principal.roles.some((role) => UNLIMITED.has(role)) ? undefined : `user:${call.principal.subject}`;
  }
  // The last address is the one that our own gateway added; those before it are what the client claims.
  const forwarded = call.metadata.get('x-forwarded-for').at(-1);
  const address = typeof forwarded === 'string' ? forwarded.split(',').at(-1)?.trim() : undefined;
  return `address:${address || call.peer.replace(/:\d+$/, '')}`;
}
