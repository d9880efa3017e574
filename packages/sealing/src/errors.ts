// Why a sealed text does not open. None of these can be cured by repetition; no message holds the text.

import { FleetkeeperError } from "@fleetkeeper/model";

/** A text that does not open, or a key that cannot open it. */
export abstract class SealingError extends FleetkeeperError {
  readonly remedy = "never";
}

/** The key given for sealing or opening cannot be used for that. */
export class SealingKeyError extends SealingError {
  readonly code = "ERR_SEALING_KEY";
}

/** The text is no JWE in compact form with our header. */
export class MalformedSealError extends SealingError {
  readonly code = "ERR_SEAL_MALFORMED";
}

/** None of the opening keys has the key id that the text names. */
export class UnknownSealKeyError extends SealingError {
  readonly code = "ERR_SEAL_UNKNOWN_KEY";

  readonly keyId: string;

  constructor(keyId: string) {
    super(
      "the text was sealed with a key that is not among the opening keys; a credential's private key belongs into SEALING_PRIVATE_KEYS",
    );
    this.keyId = keyId;
  }
}

/** The text was sealed for another installation or another purpose. */
export class WrongSealBindingError extends SealingError {
  readonly code = "ERR_SEAL_WRONG_BINDING";
}

/** Somebody else made it, or it was changed: none of the keys signed it. */
export class ForeignContentError extends SealingError {
  readonly code = "ERR_NOT_SIGNED_BY_INGRESS";
}

/** The text or its header was changed after sealing. */
export class TamperedSealError extends SealingError {
  readonly code = "ERR_SEAL_TAMPERED";
}
