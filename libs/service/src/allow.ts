import { SetMetadata } from '@nestjs/common';

/**
 * Who may call an rpc:
 * - `public`: everybody, with a token or without;
 * - `authenticated`: whoever has a valid token;
 * - `service`: other services, by a token with the role `service`;
 * - `role`: whose token carries one of the roles;
 * - `self`: the user whom this field of the request names (`users/{subject}`; `users/me` becomes the caller's name).
 * The role `admin` may call everything.
 */
export type AllowRule = 'public' | 'authenticated' | 'service' | { role: readonly string[] } | { self: string };

const ALLOW = 'kiban:allow';

/** Says who may call an rpc; any one of several rules is enough. A service with an rpc without it does not start. */
export function Allow(...rules: [AllowRule, ...AllowRule[]]): MethodDecorator {
  return SetMetadata(ALLOW, rules);
}

/** The rules of a handler; undefined when it has none. */
export function rulesOf(handler: object): readonly AllowRule[] | undefined {
  return Reflect.getMetadata(ALLOW, handler) as readonly AllowRule[] | undefined;
}
