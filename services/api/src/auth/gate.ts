// The gate: no route is served without a key that has its right. A route that names no right is refused when
// it is added.

import type { ApiRight } from "@fleetkeeper/model";
import { allowancesOf, type ConnectionGuard } from "@fleetkeeper/runtime";
import type { ApiKeyRow } from "@fleetkeeper/store";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Problem, type ProblemCode } from "../problems.ts";
import type { KeyUses } from "./key-uses.ts";
import type { KnownKeys } from "./known-keys.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; undefined while that is being found out, and outside the gate. */
    key?: ApiKeyRow;
  }
  interface FastifyContextConfig {
    /** What a key must have; `any`: every valid key will do. */
    right?: ApiRight | "any";
  }
}

export interface GateOptions {
  knownKeys: KnownKeys;
  uses: KeyUses;
  /** Requests per second that one key has in this process. */
  perSecond: number;
  /** Keys of one address, or of one /64 network of IPv6, that may be refused within a minute. Default 30. */
  refusedPerMinute?: number;
}

/** For all routes that are added to this instance afterwards. `noteVerified`: notified of each sound key. */
export function addGate(
  app: FastifyInstance,
  { noteVerified, ...options }: GateOptions & Pick<ConnectionGuard, "noteVerified">,
): void {
  const { knownKeys, uses, perSecond, refusedPerMinute = 30 } = options;
  const refusals = new RateLimiterMemory({ points: refusedPerMinute, duration: 60 });
  const requests = new RateLimiterMemory({ points: perSecond, duration: 1 });

  app.decorateRequest("key", undefined);
  app.addHook("onRoute", ({ url, config }) => {
    if (config?.right === undefined) throw new TypeError(`the route ${url} names no right`);
  });
  app.addHook("onRequest", async (request) => {
    const { right } = request.routeOptions.config;
    const key = await identify(request);
    request.key = key;
    noteVerified(request.raw.socket);
    uses.note(key._id);
    await take(requests, key._id, "ERR_RATE_LIMITED");
    if (right !== "any" && !key.rights.some((one) => one === right))
      throw new Problem("ERR_RIGHT_MISSING", { detail: `This needs the right ${right}.` });
  });

  async function identify(request: FastifyRequest): Promise<ApiKeyRow> {
    const [, text = ""] = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(request.headers.authorization ?? "") ?? [];
    const known = knownKeys.verifyKnown(text);
    if (known !== undefined) return known;
    // Anyone who guesses is not worth a look into MongoDB.
    const allowances = allowancesOf(request.ip, refusedPerMinute);
    for (const { client, most } of allowances) {
      const refused = await refusals.get(client);
      if (refused !== null && refused.consumedPoints >= most)
        throw new Problem("ERR_TOO_MANY_GUESSES", { retryAfterMs: refused.msBeforeNext });
    }
    const key = await knownKeys.verify(text);
    if (key !== undefined) return key;
    for (const { client } of allowances) await refusals.penalty(client);
    const detail = "Send a key that is not revoked as `Authorization: Bearer fk_…`.";
    throw new Problem("ERR_KEY_REFUSED", { detail });
  }
}

async function take(limiter: RateLimiterMemory, id: string, code: ProblemCode): Promise<void> {
  try {
    await limiter.consume(id);
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    throw new Problem(code, { retryAfterMs: refused.msBeforeNext });
  }
}
