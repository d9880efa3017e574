// Why a sealed text does not open. None of these can be cured by repetition; no message holds the text.

import { defineError, FleetkeeperError } from "@fleetkeeper/model";

/** A text that does not open, or a key that cannot open it. */
export abstract class SealingError extends FleetkeeperError {}

/** The key given for sealing or opening cannot be used for that. */
export class SealingKeyError extends defineError(SealingError, "ERR_SEALING_KEY", "never") {}

/** The text is not a JWE in compact form with our header. */
export class MalformedSealError extends defineError(SealingError, "ERR_SEAL_MALFORMED", "never") {}

/** None of the opening keys has the key id that the text names. */
export class UnknownSealKeyError extends defineError(SealingError, "ERR_SEAL_UNKNOWN_KEY", "never") {
  readonly keyId: string;

  constructor(keyId: string) {
    super(
      "the text was sealed with a key that is not among the opening keys; a credential's private key belongs in SEALING_PRIVATE_KEYS",
    );
    this.keyId = keyId;
  }
}

/** The text was sealed for another installation or another purpose. */
export class WrongSealBindingError extends defineError(SealingError, "ERR_SEAL_WRONG_BINDING", "never") {}

/** It was forged or changed: none of the keys signed it. */
export class ForeignContentError extends defineError(SealingError, "ERR_NOT_SIGNED_BY_INGRESS", "never") {}

/** The text or its header was changed after sealing. */
export class TamperedSealError extends defineError(SealingError, "ERR_SEAL_TAMPERED", "never") {}
