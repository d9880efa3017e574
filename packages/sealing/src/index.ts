// Sealed texts: JSON Web Encryption with a key id, bound to one installation.

export type { SealBinding } from "./binding.ts";
export {
  MalformedSealError,
  SealingError,
  SealingKeyError,
  TamperedSealError,
  UnknownSealKeyError,
  WrongSealBindingError,
} from "./errors.ts";
export { generateSealingKey, type SealingAlgorithm } from "./keys.ts";
export { createOpen, type Open, sealKeyIdOf } from "./open.ts";
export { parsePrivateKeys, parsePublicKey, parseTokenKeys } from "./parse-keys.ts";
export { createSeal, type Seal } from "./seal.ts";
export { createTokenSealing, generateTokenKey } from "./token-key.ts";
