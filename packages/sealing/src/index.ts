// Sealed texts: JSON Web Encryption with a key id, bound to one installation.

export type { SealBinding } from "./binding.ts";
export { type CacheBinding, type CacheSealing, createCacheSealing } from "./cache-sealing.ts";
export {
  ForeignContentError,
  MalformedSealError,
  SealingError,
  SealingKeyError,
  TamperedSealError,
  UnknownSealKeyError,
  WrongSealBindingError,
} from "./errors.ts";
export { type FirstKeys, generateFirstKeys } from "./first-keys.ts";
export { createJobSign, createJobVerify, type JobSignature } from "./job-signature.ts";
export { generateSealingKey, type SealingAlgorithm } from "./keys.ts";
export { createOpen, type Open, sealKeyIdOf } from "./open.ts";
export {
  parsePrivateKeys,
  parsePublicKey,
  parseSigningKey,
  parseTokenKeys,
  parseVerificationKeys,
} from "./parse-keys.ts";
export { createSeal, createSealFor, type Seal } from "./seal.ts";
export {
  createSign,
  createVerify,
  generateSigningKey,
  publicHalfOf,
  type Sign,
  type Verify,
} from "./signature.ts";
export { createTokenSealing, generateTokenKey } from "./token-key.ts";
export { type EndpointEntry, openEndpoint, sealEndpoint } from "./webhook-keys.ts";
export { createWebhookSealing, type WebhookSealing } from "./webhook-sealing.ts";
