// Who is at the other end of a request, and what that allows.

/** `viewer`: sees everything, changes nothing. `operator`: may also act. */
export type Role = "viewer" | "operator";

export interface Identity {
  user: string;
  role: Role;
  /** How they logged in, if not by a password of the configuration. */
  via?: "oidc" | undefined;
}
