// Which requests are callbacks by their path, for the ingress and for the command line, which says what the
// ingress would.

import { Refusal } from "./errors.ts";

/** Below the ingress's base path. */
export const callbackPath = "/appinstall";

/** Of a request that no route took. `url` as it is routed, without the ingress's base path. */
export function unroutedRefusal(url: string): Refusal {
  const path = url.split("?")[0]?.replace(/\/$/, "") ?? "";
  if (path === callbackPath) return new Refusal("ERR_METHOD_NOT_ALLOWED");
  return new Refusal("ERR_NOT_FOUND", {
    reason: path.endsWith(callbackPath)
      ? `a path before ${callbackPath} that is not INGRESS_PATH`
      : "another path",
  });
}
