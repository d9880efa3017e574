// `GET /api/marketplace/jwks`: the keys that verify callback tokens.
import { json } from "../http/answers.ts";
import type { Route } from "../http/route.ts";
import type { World } from "../world.ts";

export function jwksRoute(world: World): Route {
  return {
    method: "GET",
    url: "/api/marketplace/jwks",
    operations: () => ["jwks"],
    identify: () => undefined,
    handle: async () => json(200, await world.keys.jwks()),
  };
}
