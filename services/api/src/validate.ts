// How requests are validated: a name that an operation does not know is refused, since what a caller
// misspells would otherwise be left out without a word.

import type { FastifySchemaCompiler } from "fastify";
import { validatorCompiler } from "fastify-type-provider-zod";
import { z } from "zod";

/** Of query and body; headers belong to others too. */
export const validate: FastifySchemaCompiler<z.ZodType> = (route) => {
  const { schema, httpPart } = route;
  const isOurs = httpPart === "querystring" || httpPart === "body";
  return validatorCompiler(
    isOurs && schema instanceof z.ZodObject ? { ...route, schema: schema.strict() } : route,
  );
};
