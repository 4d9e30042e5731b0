export * from './access.js';
export * from './identity.js';
export {
  gatewayPrincipal,
  generateKey,
  publicPart,
  readPrivateKey,
  readPublicKeys,
  type PrivateJwk,
  type PublicJwk,
  type PublicKeySet,
} from './inside-keys.js';
export {
  apiKeyPrincipal,
  createContextSigner,
  keyIdOf,
  type ContextSigner,
  type ContextSignerOptions,
} from './context-signer.js';
export { looksLikeApiKey, readApiKey, writeApiKey, type ApiKeyText } from './api-key-text.js';
export {
  createContextReader,
  type ContextReader,
  type ContextReaderOptions,
  type MessageContext,
} from './context-reader.js';
export { type BoundMessage } from './message-binding.js';
export * from './issuer.js';
export {
  ExternalIssuer,
  JwtIssuers,
  externalCaller,
  mappedRole,
  providerIdOf,
  type Provision,
} from './external-issuer.js';
export {
  createTokenVerifier,
  type TokenVerifier,
  type TokenVerifierOptions,
  type VerifiedToken,
} from './token-verifier.js';
export * from './signing-keys.js';
export { createTokenIssuer, type TokenClaims, type TokenIssuer, type TokenIssuerOptions } from './token-issuer.js';
export { holds, type Facts } from './conditions.js';
export * from './permission-evaluation.js';
export { beyondOwn } from './beyond-own.js';
