// Fastify makes a compiler of JSON Schema for each server, and another for answers: a hundred files, and a
// fifteenth of a service's start.

import type { FastifyServerOptions } from "fastify";

/**
 * Options of a server whose routes have no JSON Schema, or that sets compilers of its own for them. A schema
 * without a compiler ends the start.
 */
export const withoutJsonSchema: Pick<FastifyServerOptions, "schemaController"> = {
  schemaController: { compilersFactory: { buildValidator: refuse, buildSerializer: refuse } },
};

function refuse(): never {
  throw new TypeError("this server has no compiler of JSON Schema");
}
