// Keeps a viewer from pages that only lead to a change. Requests that change something are refused by the gate already.

import type { FastifyRequest } from "fastify";
import { ReadOnlyRoleError } from "../errors.ts";

/** A hook of a route. @throws ReadOnlyRoleError */
export async function operatorsOnly(request: FastifyRequest): Promise<void> {
  if (request.identity?.role !== "operator") throw new ReadOnlyRoleError();
}
