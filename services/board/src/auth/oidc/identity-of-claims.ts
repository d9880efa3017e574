// A person's name and role on the board, by the provider's claims. OpenID Connect Core 1.0, section 5.1.

import type { Role } from "../identity.ts";
import type { OidcSettings } from "./settings.ts";

export type Claims = Readonly<Record<string, unknown>>;

/**
 * The first of `preferred_username`, `email` and `sub` that can be in a list of who did what. `isTaken`
 * says which names are taken: a provider may let people choose theirs.
 */
export function userOf(claims: Claims, isTaken: (name: string) => boolean): string | undefined {
  const { preferred_username, email, email_verified, sub } = claims;
  return [preferred_username, email_verified === false ? undefined : email, sub].find(
    (name): name is string => typeof name === "string" && isName(name) && !isTaken(name),
  );
}

/** The role that the claim's values give; undefined when they give none. */
export function roleOf(claims: Claims, settings: OidcSettings): Role | undefined {
  const values = roleValuesOf(claims, settings.roleClaim);
  if (values.some((value) => settings.operatorRoles.includes(value))) return "operator";
  return values.some((value) => settings.viewerRoles.includes(value)) ? "viewer" : undefined;
}

/**
 * The strings of a claim that is one or a list of them: by its full name, which may hold dots, else by a
 * path.
 */
export function roleValuesOf(claims: Claims, roleClaim: string): string[] {
  const value = fieldOf(claims, roleClaim) ?? roleClaim.split(".").reduce<unknown>(fieldOf, claims);
  return [value].flat().filter((item) => typeof item === "string");
}

/** Whether there is nothing left to ask for. */
export function isComplete(claims: Claims, { roleClaim }: OidcSettings): boolean {
  const name = claims.preferred_username ?? claims.email;
  return name !== undefined && roleValuesOf(claims, roleClaim).length > 0;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Claims)[name]
    : undefined;
}

/** No control and no invisible characters: two names that look alike are the same. */
function isName(text: string): boolean {
  return /^(?! )[^\p{C}\p{Zl}\p{Zp}]{1,255}(?<! )$/u.test(text);
}
