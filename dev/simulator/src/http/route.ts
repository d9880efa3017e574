// What a part of the simulated Trackunit has to say about itself, so that faults, counts and limits are the
// same for all.
import type { FastifyRequest } from "fastify";
import type { SimulatedAccount } from "../accounts/account.ts";
import type { TakenFaults } from "../faults/taken-faults.ts";
import { type LimitUse, useLimit } from "../requests/documented-limits.ts";
import type { World } from "../world.ts";
import { type Answer, apiError, tooMany } from "./answers.ts";

export interface Exchange {
  request: FastifyRequest;
  account: SimulatedAccount | undefined;
  faults: TakenFaults;
}

export interface Route {
  method: "GET" | "POST";
  url: string;
  /** The names by which faults and counts know this request, such as `rest.assets`. */
  operations(request: FastifyRequest): string[];
  identify(request: FastifyRequest): SimulatedAccount | undefined;
  handle(exchange: Exchange): Answer | Promise<Answer>;
}

/** A call that came with a valid access token. */
export interface ApiCall {
  request: FastifyRequest;
  account: SimulatedAccount;
  scopes: readonly string[];
  faults: TakenFaults;
}

export interface ApiRoute {
  method: "GET" | "POST";
  url: string;
  operations: string | ((request: FastifyRequest) => string[]);
  /** The documented limit that this call uses up, if there is one. */
  limit?(request: FastifyRequest): LimitUse;
  handle(call: ApiCall): Answer;
}

/** A route that wants `Authorization: Bearer` with a token of the token endpoint. */
export function withToken(world: World, route: ApiRoute): Route {
  const { operations } = route;
  const operationsOf = typeof operations === "string" ? () => [operations] : operations;
  const tokenOf = (request: FastifyRequest) => {
    const [, token] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
    return token ? world.tokens.find(token) : undefined;
  };
  return {
    method: route.method,
    url: route.url,
    operations: operationsOf,
    identify: (request) => tokenOf(request)?.account,
    handle: ({ request, faults }) => {
      const token = tokenOf(request);
      if (!token || !world.tokens.isValid(token)) {
        return { ...apiError(401, "The access token is missing, expired or revoked."), headers: challenge };
      }
      const missing = missingScope(world, operationsOf(request), token.scopes);
      if (missing) return apiError(403, `The scope ${missing} is needed.`);
      const over = route.limit && useLimit(world, token.account, route.limit(request));
      if (over && world.settings.enforceLimits) return tooMany(over.retryAfterS);
      return route.handle({ request, account: token.account, scopes: token.scopes, faults });
    },
  };
}

function missingScope(world: World, operations: string[], scopes: readonly string[]): string | undefined {
  const needed = operations.map((operation) => world.settings.requiredScopes[operation]);
  return needed.find((scope) => scope !== undefined && !scopes.includes(scope));
}

const challenge = { "www-authenticate": "Bearer" };
