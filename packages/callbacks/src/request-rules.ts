// What Fastify enforces on every request before anything of ours looks at it.

/** Sizes in bytes. */
export const requestRules = {
  maxHeaderBytes: 16 * 1_024,
  /** Options of Fastify. */
  fastify: {
    bodyLimit: 16 * 1_024,
    /** As sent or refused: no coercion, no defaults, nothing removed. */
    ajv: { customOptions: { coerceTypes: false, useDefaults: false, removeAdditional: false } },
    /** The manifest may have a slash at the end of its URL, and Trackunit's name as it is. */
    routerOptions: { ignoreTrailingSlash: true },
  },
} as const;
