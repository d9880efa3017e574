// What a sealed text is bound to: carried in the JWE's protected header, which its authentication tag covers
// (RFC 7516, section 5.1).

import type { InstallationId } from "@fleetkeeper/model";

/**
 * A sealed text opens only for the same installation and purpose; a `notify-secret` is bound to its receiver
 * instead, and a `job-key` to no installation.
 */
export interface SealBinding {
  installationId: InstallationId;
  purpose:
    | "credential"
    | "callback"
    | "job-key"
    | "access-token"
    | "token-failure"
    | "notify-secret"
    | WebhookPurpose;
}

/** Names of our header parameters; `fk_` keeps them clear of registered ones. */
export const bindingHeader = ({ installationId, purpose }: SealBinding) => ({
  fk_installation: installationId as string,
  fk_purpose: purpose as string,
});

/**
 * `webhook-key`: a signing key where it is stored. `webhook-endpoint`: what the ingress is notified of an
 * endpoint. `webhook-payload`: a delivery's body.
 */
type WebhookPurpose = "webhook-key" | "webhook-endpoint" | "webhook-payload";
