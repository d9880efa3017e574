// Which variables make the ingress accept tokens of one callback's issuer and audience only.

import type { SeenCallback } from "@fleetkeeper/jobs";

/**
 * Names and values, as an environment file has them; what the token does not name, or no variable can hold,
 * is left out.
 */
export function pinsOf({ token }: Pick<SeenCallback, "token">): [name: string, value: string][] {
  const { iss, aud } = token?.claims ?? {};
  const audiences = [aud].flat().filter((value) => isPlain(value));
  return [
    ...(isPlain(iss) ? [["CALLBACK_ISSUER", iss] as [string, string]] : []),
    ...(audiences.length > 0 ? [["CALLBACK_AUDIENCE", audiences.join(",")] as [string, string]] : []),
  ];
}

/** It goes into files and shells: no blank, no quote, no control character. */
function isPlain(value: unknown): value is string {
  return typeof value === "string" && /^[\w@:/.~+=-]{1,200}$/.test(value);
}
