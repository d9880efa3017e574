// What the configuration says of the login by OpenID Connect.

export interface OidcSettings {
  /** Where the provider's metadata is found: OpenID Connect Discovery 1.0. */
  issuer: URL;
  clientId: string;
  clientSecret: string;
  /** The board's address in a browser, with the path that it is mounted under. */
  publicUrl: URL;
  scopes: readonly string[];
  /** Name of the claim with the roles, or a path to it with dots between its names. */
  roleClaim: string;
  /** Values of that claim that make an operator; they win. */
  operatorRoles: readonly string[];
  viewerRoles: readonly string[];
}

/** Below `publicUrl`: the redirect URI that the provider must know. */
export const callbackPath = "/login/oidc/callback";

/** What sessions rest on: a change of it ends them. A new client secret doesn't. */
export function trustOf({ issuer, clientId, roleClaim, operatorRoles, viewerRoles }: OidcSettings): object {
  return { issuer: issuer.href, clientId, roleClaim, operatorRoles, viewerRoles };
}
