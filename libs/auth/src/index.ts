export type { Principal } from './principal.ts';
export { TokenError, type TokenErrorReason } from './token-error.ts';
export { createTokenVerifier, type TokenVerifier, type TokenVerifierOptions } from './token-verifier.ts';
export {
  DEVELOPMENT_AUDIENCE,
  DEVELOPMENT_ISSUER,
  type DevelopmentKeys,
  type DevelopmentTokenOptions,
  ensureDevelopmentKeys,
  mintDevelopmentToken,
} from './development-keys.ts';
