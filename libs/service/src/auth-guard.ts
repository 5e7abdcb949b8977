import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { type Principal, TokenError, type TokenVerifier } from '@kiban/auth';
import { type CallContext, ServiceError } from '@kiban/grpc';
import { type AllowRule, rulesOf } from './allow.ts';
import { bindSelf } from './self.ts';

/** Verifies the caller's token and holds the call against the @Allow of the rpc. */
export class AuthGuard implements CanActivate {
  readonly #verifier: TokenVerifier | undefined;

  /** `verifier` may be absent when every rpc is public. */
  constructor(verifier: TokenVerifier | undefined) {
    this.#verifier = verifier;
  }

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const rules = rulesOf(execution.getHandler());
    if (!rules) throw ServiceError.permissionDenied('Nobody may call this method: it has no @Allow.');
    const rpc = execution.switchToRpc();
    const context = rpc.getContext<CallContext>();
    const open = rules.includes('public');
    const principal = await this.#principal(context, open);
    if (principal) context.principal = principal;
    if (open) return true;
    if (!principal) {
      throw ServiceError.unauthenticated('This call needs a token: send `Authorization: Bearer <JWT>`.');
    }
    const request = rpc.getData<unknown>();
    // Not some(): `users/me` has to be bound by every self rule, whichever rule lets the caller in.
    const allowed = rules.filter((rule) => allows(rule, principal, request)).length > 0;
    if (allowed || principal.roles.includes('admin')) return true;
    throw ServiceError.permissionDenied(`This call needs ${rules.map(describe).join(' or ')}.`);
  }

  async #principal(context: CallContext, open: boolean): Promise<Principal | undefined> {
    const token = bearer(context.metadata.get('authorization')[0]);
    if (token === undefined || !this.#verifier) return undefined;
    try {
      return await this.#verifier.verify(token);
    } catch (error) {
      if (open) return undefined; // what everybody may read, a stale token may read too
      if (!(error instanceof TokenError)) throw error;
      if (error.reason === 'jwks-unavailable') throw ServiceError.unavailable(error.message, { cause: error });
      throw ServiceError.unauthenticated(error.message, {
        reason: 'TOKEN_INVALID',
        metadata: { problem: error.reason },
        cause: error,
      });
    }
  }
}

function bearer(header: unknown): string | undefined {
  const match = typeof header === 'string' ? /^bearer +(\S+)$/i.exec(header) : null;
  return match?.[1];
}

function allows(rule: AllowRule, principal: Principal, request: unknown): boolean {
  if (rule === 'public' || rule === 'authenticated') return true;
  if (rule === 'service') return principal.roles.includes('service');
  if ('role' in rule) return rule.role.some((role) => principal.roles.includes(role));
  return bindSelf(request, rule.self, principal.subject);
}

function describe(rule: AllowRule): string {
  if (typeof rule === 'string') return rule === 'service' ? 'the role service' : 'a valid token';
  if ('role' in rule) return `the role ${rule.role.join(' or ')}`;
  return `${rule.self} to name the caller`;
}
