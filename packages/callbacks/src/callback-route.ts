// Which requests are callbacks by their path, and what Fastify enforces on each before anything of ours looks
// at it: for the ingress and for the command line, which says what the ingress would.

import { Refusal } from "./errors.ts";

/** Below the ingress's base path. */
export const callbackPath = "/appinstall";

/** Sizes in bytes. */
export const requestRules = {
  maxHeaderBytes: 16 * 1_024,
  /** Options of Fastify. */
  fastify: {
    bodyLimit: 16 * 1_024,
    /** As sent or refused: no coercion, no defaults, nothing removed. */
    ajv: {
      customOptions: {
        coerceTypes: false,
        useDefaults: false,
        removeAdditional: false,
        // A test compares ours with the schema of schemas: at each start that takes as long as to compile it.
        validateSchema: false,
      },
    },
    /** The manifest may have a slash at the end of its URL, and Trackunit calls it as it is written. */
    routerOptions: { ignoreTrailingSlash: true },
  },
} as const;

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
