// What Fastify enforces on every request before anything of ours looks at it.

/** Options of Fastify and of Node's HTTP server; sizes in bytes, times in milliseconds. */
export const requestRules = {
  bodyLimit: 16 * 1_024,
  maxHeaderBytes: 16 * 1_024,
  /** As sent or refused: no coercion, no defaults, nothing removed. */
  ajv: { customOptions: { coerceTypes: false, useDefaults: false, removeAdditional: false } },
} as const;
